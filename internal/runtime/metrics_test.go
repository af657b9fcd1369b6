package runtime

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

func TestFinishedExecutionsAreCountedAndTimed(t *testing.T) {
	began := metav1.NewTime(time.Unix(1, 0))
	ended := metav1.NewTime(began.Add(3 * time.Second))
	e := &v1alpha1.PlanExecution{Spec: v1alpha1.PlanExecutionSpec{Plan: "counted"}}
	e.Status.State, e.Status.FrameworkVersion = v1alpha1.Succeeded, "counted-1.0.0"
	e.Status.StartedAt, e.Status.FinishedAt = &began, &ended
	finished(e)
	finished(e)
	families, err := metrics.Registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	count, seconds := 0.0, 0.0
	for _, f := range families {
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				switch {
				case l.GetName() != "plan" || l.GetValue() != "counted":
				case f.GetName() == "kudoc_plan_executions_total":
					count += m.GetCounter().GetValue()
				case f.GetName() == "kudoc_plan_duration_seconds":
					seconds += m.GetHistogram().GetSampleSum()
				}
			}
		}
	}
	if count != 2 || seconds != 6 {
		t.Errorf("%v executions of %v seconds were counted, want 2 of 6", count, seconds)
	}
}
