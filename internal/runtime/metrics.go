package runtime

import (
	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

var (
	executions = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "kudoc_plan_executions_total", Help: "Finished plan executions, by framework version, plan and final state.",
	}, []string{"framework_version", "plan", "state"})
	durations = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "kudoc_plan_duration_seconds", Help: "Time from the start to the end of a plan execution, in seconds.",
		Buckets: prometheus.ExponentialBuckets(0.5, 2, 14),
	}, []string{"framework_version", "plan"})
	applies = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "kudoc_applies_total", Help: "Server-side applies of framework objects, by result.",
	}, []string{"result"})
)

func init() { metrics.Registry.MustRegister(executions, durations, applies) }

// finished counts an execution that has just ended.
func finished(e *v1alpha1.PlanExecution) {
	st := &e.Status
	executions.WithLabelValues(st.FrameworkVersion, e.Spec.Plan, string(st.State)).Inc()
	if st.StartedAt != nil && st.FinishedAt != nil {
		durations.WithLabelValues(st.FrameworkVersion, e.Spec.Plan).Observe(st.FinishedAt.Sub(st.StartedAt.Time).Seconds())
	}
}

func result(err error) string {
	if err != nil {
		return "error"
	}
	return "success"
}
