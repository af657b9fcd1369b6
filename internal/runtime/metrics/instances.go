package metrics

import (
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// state is what is counted about an Instance.
type state struct {
	// version is that of the target: what a spec asks for may not exist, and would be a label that users invent.
	version         string
	ready, degraded bool
	reason          string
	// running is the plan that runs, since when and of which version; waiting are the executions whose turn has not come.
	running run
	since   time.Time
	waiting int
	drifted int
}

type run struct{ version, plan string }

// stateOf reads an Instance and its executions as they are recorded; drifted is how many of its objects others have changed.
func stateOf(inst *v1alpha1.Instance, executions []*v1alpha1.PlanExecution, drifted int) state {
	s := state{drifted: drifted}
	if t := inst.Status.Target; t != nil {
		s.version = t.FrameworkVersion
	}
	if c := meta.FindStatusCondition(inst.Status.Conditions, v1alpha1.ConditionReady); c != nil {
		s.reason = c.Reason
	}
	s.ready = meta.IsStatusConditionTrue(inst.Status.Conditions, v1alpha1.ConditionReady)
	s.degraded = meta.IsStatusConditionTrue(inst.Status.Conditions, v1alpha1.ConditionDegraded)
	for _, e := range executions {
		switch st := &e.Status; {
		case st.State.Terminal():
		case e.Name == inst.Status.ActiveExecution && st.StartedAt != nil:
			s.running, s.since = run{st.FrameworkVersion, e.Spec.Plan}, st.StartedAt.Time
			if st.ResumedAt != nil {
				s.since = st.ResumedAt.Time
			}
		default:
			s.waiting++
		}
	}
	return s
}

// gauges are what is true now. They are added up when they are asked for, from one small record for each Instance.
type gauges struct {
	mu sync.Mutex
	m  map[types.NamespacedName]state
}

var instances = &gauges{m: map[types.NamespacedName]state{}}

var (
	instancesDesc = prometheus.NewDesc("kudoc_instances",
		"Instances, by framework version, and by the status and reason of their condition Ready.", []string{"framework_version", "ready", "reason"}, nil)
	degradedDesc = prometheus.NewDesc("kudoc_instances_degraded",
		"Instances whose condition Degraded is true, by framework version and reason.", []string{"framework_version", "reason"}, nil)
	driftedDesc = prometheus.NewDesc("kudoc_instances_drifted",
		"Instances of whose objects in force others have changed or deleted some, by framework version.", []string{"framework_version"}, nil)
	objectsDesc = prometheus.NewDesc("kudoc_objects_drifted",
		"Objects in force that others have changed or deleted, by framework version.", []string{"framework_version"}, nil)
	runningDesc = prometheus.NewDesc("kudoc_plan_executions_running",
		"Plan executions that run, by framework version and plan.", []string{"framework_version", "plan"}, nil)
	sinceDesc = prometheus.NewDesc("kudoc_plan_execution_oldest_start_timestamp_seconds",
		"When the plan execution that has run longest was started or retried, in seconds since 1970, by framework version and plan.", []string{"framework_version", "plan"}, nil)
	waitingDesc = prometheus.NewDesc("kudoc_plan_executions_waiting",
		"Plan executions that have been made and whose turn has not come.", nil, nil)
)

// Observe remembers what is counted about an Instance.
func Observe(inst *v1alpha1.Instance, executions []*v1alpha1.PlanExecution, drifted int) {
	s := stateOf(inst, executions, drifted)
	instances.mu.Lock()
	defer instances.mu.Unlock()
	instances.m[types.NamespacedName{Namespace: inst.Namespace, Name: inst.Name}] = s
}

// Forget is for an Instance that does not exist any more.
func Forget(key types.NamespacedName) {
	instances.mu.Lock()
	defer instances.mu.Unlock()
	delete(instances.m, key)
}

// Describe names the metrics.
func (g *gauges) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{instancesDesc, degradedDesc, driftedDesc, objectsDesc, runningDesc, sinceDesc, waitingDesc} {
		out <- d
	}
}

// Collect adds up.
func (g *gauges) Collect(out chan<- prometheus.Metric) {
	t := g.total()
	emit := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	for k, n := range t.instances {
		emit(instancesDesc, float64(n), k.version, strconv.FormatBool(k.on), k.reason)
	}
	for k, n := range t.degraded {
		emit(degradedDesc, float64(n), k.version, k.reason)
	}
	for version, n := range t.drifted {
		emit(driftedDesc, float64(n), version)
	}
	for version, n := range t.objects {
		emit(objectsDesc, float64(n), version)
	}
	for k, n := range t.running {
		emit(runningDesc, float64(n), k.version, k.plan)
	}
	for k, at := range t.since {
		emit(sinceDesc, float64(at.Unix()), k.version, k.plan)
	}
	emit(waitingDesc, float64(t.waiting))
}

type totals struct {
	instances, degraded map[verdict]int
	drifted, objects    map[string]int
	running             map[run]int
	since               map[run]time.Time
	waiting             int
}

type verdict struct {
	version, reason string
	on              bool
}

func (g *gauges) total() totals {
	g.mu.Lock()
	defer g.mu.Unlock()
	t := totals{map[verdict]int{}, map[verdict]int{}, map[string]int{}, map[string]int{}, map[run]int{}, map[run]time.Time{}, 0}
	for _, s := range g.m {
		t.instances[verdict{s.version, s.reason, s.ready}]++
		if s.degraded {
			t.degraded[verdict{s.version, s.reason, true}]++
		}
		if s.drifted > 0 {
			t.drifted[s.version]++
			t.objects[s.version] += s.drifted
		}
		t.waiting += s.waiting
		if s.running == (run{}) {
			continue
		}
		t.running[s.running]++
		if first, ok := t.since[s.running]; !ok || s.since.Before(first) {
			t.since[s.running] = s.since
		}
	}
	return t
}
