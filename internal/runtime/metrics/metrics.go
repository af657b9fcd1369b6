// Package metrics is what operators see of the controller in Prometheus.
//
// Labels name what frameworks are made of (versions, plans, phases, steps) and what is a constant here; they never name an
// Instance, an object or a namespace, so that the number of series does not grow with what users make.
package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/runtime/object"
)

var (
	executions = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "kudoc_plan_executions_total", Help: "Finished plan executions, by framework version, plan and final state.",
	}, []string{"framework_version", "plan", "state"})
	durations = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "kudoc_plan_duration_seconds", Help: "Time from the start to the end of a plan execution, in seconds.",
		Buckets: prometheus.ExponentialBuckets(0.5, 2, 14),
	}, []string{"framework_version", "plan"})
	steps = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "kudoc_step_duration_seconds", Help: "Time that the last attempt of a step took, in seconds, by its final state.",
		Buckets: prometheus.ExponentialBuckets(0.5, 4, 8),
	}, []string{"framework_version", "plan", "phase", "step", "state"})
	renders = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "kudoc_render_duration_seconds", Help: "Time to render the objects of a task, in seconds.",
		Buckets: prometheus.ExponentialBuckets(0.0001, 4, 9),
	}, []string{"framework_version"})
	applies = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "kudoc_applies_total", Help: "Server-side applies of framework objects, by result: success, conflict, forbidden, invalid, transient or other.",
	}, []string{"result"})
	repairs = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "kudoc_repairs_total", Help: "Finished executions that the controller made to repair drift, by framework version and final state.",
	}, []string{"framework_version", "state"})
)

func init() {
	// what an alert asks for the rate of has to be there before the first time
	for _, r := range []object.Outcome{object.Success, object.Conflict, object.Forbidden, object.Invalid, object.Transient, object.Other} {
		applies.WithLabelValues(string(r))
	}
	metrics.Registry.MustRegister(executions, durations, steps, renders, applies, repairs, instances)
}

// Recorded counts what an execution has finished between two records of it: steps, and the execution itself.
func Recorded(before, after *v1alpha1.PlanExecution) {
	ended(before, after)
	st := &after.Status
	if !st.State.Terminal() || before.Status.State.Terminal() {
		return
	}
	executions.WithLabelValues(st.FrameworkVersion, after.Spec.Plan, string(st.State)).Inc()
	if st.StartedAt != nil && st.FinishedAt != nil {
		durations.WithLabelValues(st.FrameworkVersion, after.Spec.Plan).Observe(st.FinishedAt.Sub(st.StartedAt.Time).Seconds())
	}
	if after.Labels[v1alpha1.LabelRepair] != "" {
		repairs.WithLabelValues(st.FrameworkVersion, string(st.State)).Inc()
	}
}

// ended times the steps that have ended since.
func ended(before, after *v1alpha1.PlanExecution) {
	open := map[[2]string]bool{}
	for _, ph := range before.Status.Phases {
		for _, s := range ph.Steps {
			if !s.State.Terminal() {
				open[[2]string{ph.Name, s.Name}] = true
			}
		}
	}
	for _, ph := range after.Status.Phases {
		for _, s := range ph.Steps {
			if open[[2]string{ph.Name, s.Name}] && s.State.Terminal() && s.StartedAt != nil && s.FinishedAt != nil {
				steps.WithLabelValues(after.Status.FrameworkVersion, after.Spec.Plan, ph.Name, s.Name, string(s.State)).
					Observe(s.FinishedAt.Sub(s.StartedAt.Time).Seconds())
			}
		}
	}
}

// Applied counts an apply by what came of it.
func Applied(err error) { applies.WithLabelValues(string(object.OutcomeOf(err))).Inc() }

// Rendered times a rendering.
func Rendered(frameworkVersion string, took time.Duration) {
	renders.WithLabelValues(frameworkVersion).Observe(took.Seconds())
}
