package metrics

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	dto "github.com/prometheus/client_model/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// served are the series of kudoc's metrics that have a label of some value: counters and gauges by their value, histograms by
// count and sum.
func served(t *testing.T, value string) []string {
	t.Helper()
	families, err := metrics.Registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			line, has := f.GetName(), false
			for _, l := range m.GetLabel() {
				line += " " + l.GetName() + "=" + l.GetValue()
				has = has || l.GetValue() == value
			}
			if has && strings.HasPrefix(line, "kudoc_") {
				out = append(out, line+": "+valueOf(m))
			}
		}
	}
	slices.Sort(out)
	return out
}

func valueOf(m *dto.Metric) string {
	switch {
	case m.Counter != nil:
		return fmt.Sprint(m.GetCounter().GetValue())
	case m.Gauge != nil:
		return fmt.Sprintf("%.0f", m.GetGauge().GetValue())
	}
	return fmt.Sprintf("%d of %v s", m.GetHistogram().GetSampleCount(), m.GetHistogram().GetSampleSum())
}

func at(second int64) *metav1.Time { return new(metav1.NewTime(time.Unix(second, 0))) }

// execution is one of the plan counted, with one step for each state.
func execution(version string, state v1alpha1.State, steps ...v1alpha1.State) *v1alpha1.PlanExecution {
	e := &v1alpha1.PlanExecution{Spec: v1alpha1.PlanExecutionSpec{Instance: "a", Plan: "counted"}}
	e.Namespace, e.Name = "ns", "a-counted"
	e.Status = v1alpha1.PlanExecutionStatus{State: state, FrameworkVersion: version, StartedAt: at(1), FinishedAt: at(4)}
	ph := v1alpha1.PhaseStatus{Name: "all"}
	for i, s := range steps {
		st := v1alpha1.StepStatus{Name: fmt.Sprintf("s%d", i), State: s, StartedAt: at(1)}
		if s.Terminal() {
			st.FinishedAt = at(3)
		}
		ph.Steps = append(ph.Steps, st)
	}
	e.Status.Phases = []v1alpha1.PhaseStatus{ph}
	return e
}

func TestFinishedExecutionsAreCountedAndTimed(t *testing.T) {
	for range 2 {
		Recorded(execution("timed-1.0.0", v1alpha1.Running), execution("timed-1.0.0", v1alpha1.Succeeded))
	}
	Recorded(execution("timed-1.0.0", v1alpha1.Succeeded), execution("timed-1.0.0", v1alpha1.Succeeded)) // has been counted
	Recorded(execution("timed-1.0.0", v1alpha1.Pending), execution("timed-1.0.0", v1alpha1.Running))
	want := []string{
		"kudoc_plan_duration_seconds framework_version=timed-1.0.0 plan=counted: 2 of 6 s",
		"kudoc_plan_executions_total framework_version=timed-1.0.0 plan=counted state=Succeeded: 2",
	}
	if diff := cmp.Diff(want, served(t, "timed-1.0.0")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestStepsAreTimedWhenTheyEnd(t *testing.T) {
	const version = "steps-1.0.0"
	before := execution(version, v1alpha1.Running, v1alpha1.Running, v1alpha1.Running, v1alpha1.Succeeded, v1alpha1.Running)
	after := execution(version, v1alpha1.Running, v1alpha1.Succeeded, v1alpha1.Failed, v1alpha1.Succeeded, v1alpha1.Running)
	Recorded(before, after)
	want := []string{
		"kudoc_step_duration_seconds framework_version=steps-1.0.0 phase=all plan=counted state=Failed step=s1: 1 of 2 s",
		"kudoc_step_duration_seconds framework_version=steps-1.0.0 phase=all plan=counted state=Succeeded step=s0: 1 of 2 s",
	}
	if diff := cmp.Diff(want, served(t, version)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestRepairsAreCounted(t *testing.T) {
	after := execution("repaired-1.0.0", v1alpha1.Failed)
	after.Labels = map[string]string{v1alpha1.LabelRepair: "1"}
	Recorded(execution("repaired-1.0.0", v1alpha1.Running), after)
	want := "kudoc_repairs_total framework_version=repaired-1.0.0 state=Failed: 1"
	if got := served(t, "repaired-1.0.0"); !slices.Contains(got, want) {
		t.Errorf("%q is not in %q", want, got)
	}
}

func TestRenderingIsTimed(t *testing.T) {
	Rendered("rendered-1.0.0", 2*time.Second)
	Rendered("rendered-1.0.0", time.Second)
	want := []string{"kudoc_render_duration_seconds framework_version=rendered-1.0.0: 2 of 3 s"}
	if diff := cmp.Diff(want, served(t, "rendered-1.0.0")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestAppliesAreCountedByWhatCameOfThem(t *testing.T) {
	kind, at := schema.GroupKind{Kind: "ConfigMap"}, schema.GroupResource{Resource: "configmaps"}
	for result, err := range map[string]error{
		"success":   nil,
		"conflict":  apierrors.NewApplyConflict(nil, "another manager has it"),
		"forbidden": apierrors.NewForbidden(at, "a", nil),
		"invalid":   apierrors.NewInvalid(kind, "a", nil),
		"transient": apierrors.NewServiceUnavailable("down"),
		"other":     apierrors.NewResourceExpired("gone"),
	} {
		before := served(t, result)
		if len(before) != 1 || !strings.HasPrefix(before[0], "kudoc_applies_total result="+result) {
			t.Errorf("%s is not there before the first time: %q", result, before)
		}
		Applied(err)
		if after := served(t, result); slices.Equal(before, after) {
			t.Errorf("%v is not counted as %s", err, result)
		}
	}
}

// instanceOf is an Instance of version counted-1.0.0 with conditions.
func instanceOf(name string, ready, degraded metav1.ConditionStatus, reason string) *v1alpha1.Instance {
	inst := &v1alpha1.Instance{Status: v1alpha1.InstanceStatus{Target: &v1alpha1.Target{FrameworkVersion: "gauged-1.0.0"}, Conditions: []metav1.Condition{
		{Type: v1alpha1.ConditionReady, Status: ready, Reason: reason}, {Type: v1alpha1.ConditionDegraded, Status: degraded, Reason: reason},
	}}}
	inst.Namespace, inst.Name = "ns", name
	return inst
}

func TestWhatIsTrueNowIsAddedUp(t *testing.T) {
	const version = "gauged-1.0.0"
	runs, retried := instanceOf("runs", metav1.ConditionFalse, metav1.ConditionFalse, v1alpha1.ReasonPlanRunning), instanceOf("retried", metav1.ConditionFalse, metav1.ConditionFalse, v1alpha1.ReasonPlanRunning)
	runs.Status.ActiveExecution, retried.Status.ActiveExecution = "a-counted", "a-counted"
	first, second, next := execution(version, v1alpha1.Running), execution(version, v1alpha1.Running), execution("", v1alpha1.Pending)
	first.Status.StartedAt, second.Status.ResumedAt, next.Name = at(70), at(90), "next"
	Observe(runs, []*v1alpha1.PlanExecution{execution(version, v1alpha1.Running)}, 0)
	Observe(runs, []*v1alpha1.PlanExecution{first, next}, 0) // the newest counts
	Observe(retried, []*v1alpha1.PlanExecution{second, next, next}, 0)
	Observe(instanceOf("drifted", metav1.ConditionTrue, metav1.ConditionTrue, v1alpha1.ReasonDrifted), nil, 3)
	Observe(instanceOf("gone", metav1.ConditionTrue, metav1.ConditionFalse, v1alpha1.ReasonDeployed), nil, 1)
	Forget(types.NamespacedName{Namespace: "ns", Name: "gone"})
	want := []string{
		"kudoc_instances framework_version=gauged-1.0.0 ready=false reason=PlanRunning: 2",
		"kudoc_instances framework_version=gauged-1.0.0 ready=true reason=Drifted: 1",
		"kudoc_instances_degraded framework_version=gauged-1.0.0 reason=Drifted: 1",
		"kudoc_instances_drifted framework_version=gauged-1.0.0: 1",
		"kudoc_objects_drifted framework_version=gauged-1.0.0: 3",
		"kudoc_plan_execution_oldest_start_timestamp_seconds framework_version=gauged-1.0.0 plan=counted: 70",
		"kudoc_plan_executions_running framework_version=gauged-1.0.0 plan=counted: 2",
	}
	if diff := cmp.Diff(want, served(t, version)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := instances.total().waiting; got != 3 {
		t.Errorf("%d executions wait, want 3", got)
	}
}

// What users make must not be a label: neither names of theirs nor versions that do not exist.
func TestNoSeriesBearsTheNameOfAnInstance(t *testing.T) {
	inst := &v1alpha1.Instance{Spec: v1alpha1.InstanceSpec{FrameworkVersion: "invented-9.9.9"}}
	inst.Namespace, inst.Name = "invented-namespace", "invented-name"
	Observe(inst, nil, 1)
	defer Forget(types.NamespacedName{Namespace: inst.Namespace, Name: inst.Name})
	for _, invented := range []string{inst.Spec.FrameworkVersion, inst.Namespace, inst.Name} {
		if got := served(t, invented); len(got) > 0 {
			t.Errorf("%q", got)
		}
	}
}
