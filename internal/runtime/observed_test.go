package runtime_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// series are the values of a metric, by its labels in their order; histograms by their count.
func series(name string) (map[string]float64, error) {
	families, err := metrics.Registry.Gather()
	if err != nil {
		return nil, err
	}
	out := map[string]float64{}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetValue())
			}
			v := m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
			out[strings.Join(labels, " ")] = v
		}
	}
	return out, nil
}

// shows waits until a series has at least a value.
func (k *cluster) shows(name, labels string, want float64) {
	k.t.Helper()
	k.eventually(fmt.Sprintf("%s{%s} is %v", name, labels, want), func(context.Context) error {
		got, err := series(name)
		if err != nil {
			return err
		}
		if got[labels] < want {
			return fmt.Errorf("it is %v; there are %v", got[labels], got)
		}
		return nil
	})
}

func TestWhatHappensToAnInstanceIsSeenInItsMetrics(t *testing.T) {
	k := connect(t)
	k.start(nil)
	v, inst := k.gated("")
	k.waits(v1alpha1.ReasonRunning, "a-gate")
	k.execution("a", "deploy", "")
	k.shows("kudoc_plan_executions_running", v.Name+" deploy", 1)
	k.shows("kudoc_plan_execution_oldest_start_timestamp_seconds", v.Name+" deploy", 1)
	k.shows("kudoc_plan_executions_waiting", "", 1)
	k.shows("kudoc_instances", v.Name+" false PlanRunning", 1)
	k.openGate()
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	k.shows("kudoc_plan_executions_total", v.Name+" deploy Succeeded", 2)
	k.shows("kudoc_step_duration_seconds", v.Name+" gate deploy Succeeded gate", 2)
	k.shows("kudoc_step_duration_seconds", v.Name+" work deploy Succeeded work", 2)
	k.shows("kudoc_render_duration_seconds", v.Name, 4)
	k.shows("kudoc_applies_total", "success", 4)

	if err := k.c.Delete(t.Context(), k.configMap("a-gate")); err != nil {
		t.Fatal(err)
	}
	k.shows("kudoc_objects_drifted", v.Name, 1)
	k.shows("kudoc_instances_drifted", v.Name, 1)
	k.shows("kudoc_instances_degraded", v.Name+" Drifted", 1)
	if err := k.c.Delete(t.Context(), inst); err != nil {
		t.Fatal(err)
	}
	k.gone(inst)
	k.eventually("it is not counted any more", func(context.Context) error {
		got, err := series("kudoc_instances")
		for labels := range got {
			if strings.HasPrefix(labels, v.Name) {
				return fmt.Errorf("%s: %v", labels, got[labels])
			}
		}
		return err
	})
}
