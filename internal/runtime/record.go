package runtime

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/runtime/decision"
	"github.com/kudoc/kudoc/internal/runtime/metrics"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

// record writes the statuses that changed: first that of the active execution if it has ended, because an Instance is never ahead
// of its executions; then the Instance, because it says which execution is the active one and what that is about to touch; then
// the executions. Every write has an optimistic lock, so a decision on stale data is lost, not recorded. Events follow the writes.
func (r *Reconciler) record(ctx context.Context, w *world, d *decision.Decision) error {
	for _, e := range d.Executions {
		if w.active(e) && e.Status.State.Terminal() {
			if err := r.recordExecution(ctx, w, e); err != nil {
				return err
			}
		}
	}
	if !reflect.DeepEqual(w.stored.Status, d.Inst.Status) {
		if err := r.patchStatus(ctx, d.Inst, w.stored); err != nil {
			return fmt.Errorf("record instance: %w", err)
		}
	}
	for _, e := range d.Executions {
		if err := r.recordExecution(ctx, w, e); err != nil {
			return err
		}
	}
	metrics.Observe(d.Inst, d.Executions, len(d.Drift))
	r.emit(d)
	return nil
}

// recordExecution writes the status of an execution if it changed.
func (r *Reconciler) recordExecution(ctx context.Context, w *world, e *v1alpha1.PlanExecution) error {
	before := w.recorded[e.Name]
	if reflect.DeepEqual(before.Status, e.Status) {
		return nil
	}
	if err := r.patchStatus(ctx, e, before); err != nil {
		return fmt.Errorf("record execution %s: %w", e.Name, err)
	}
	metrics.Recorded(before, e)
	w.recorded[e.Name] = e.DeepCopy()
	return nil
}

// patchStatus writes the status of an object and takes over the new resource version.
func (r *Reconciler) patchStatus(ctx context.Context, after, before client.Object) error {
	base := before.DeepCopyObject().(client.Object)
	if err := r.Status().Patch(ctx, after, client.MergeFromWithOptions(base, client.MergeFromWithOptimisticLock{})); err != nil {
		return err
	}
	r.written.Note(after)
	return nil
}

// emit sends the events of a decision that was recorded.
func (r *Reconciler) emit(d *decision.Decision) {
	for _, ev := range d.Events {
		kind := corev1.EventTypeNormal
		if ev.Warning {
			kind = corev1.EventTypeWarning
		}
		if e := d.Execution(ev.Execution); e != nil {
			r.Recorder.Eventf(e, d.Inst, kind, ev.Reason, "Execute", "%s", ev.Message)
		}
	}
}

// recordBroken decides once more, with what act found to be broken for good, and records that.
func (r *Reconciler) recordBroken(ctx context.Context, w *world, d *decision.Decision, came map[plan.Ref]plan.Observation) (*decision.Decision, error) {
	next := &world{World: w.World, objects: w.objects, stored: d.Inst, recorded: map[string]*v1alpha1.PlanExecution{}}
	next.Inst, next.Executions, next.Active, next.Observed = d.Inst, d.Executions, d.Execution(w.Active.Name), came
	for _, e := range d.Executions {
		next.recorded[e.Name] = e.DeepCopy()
	}
	then := decision.Make(&next.World)
	return then, r.record(ctx, next, then)
}

// hold makes sure that the Instance is not gone before its objects are.
func (r *Reconciler) hold(ctx context.Context, inst *v1alpha1.Instance) error {
	before := inst.DeepCopy()
	if !controllerutil.AddFinalizer(inst, v1alpha1.Finalizer) {
		return nil
	}
	if err := r.Patch(ctx, inst, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})); err != nil {
		return err
	}
	r.written.Note(inst)
	return nil
}

// release lets a deleted Instance go.
func (r *Reconciler) release(ctx context.Context, inst *v1alpha1.Instance) error {
	before := inst.DeepCopy()
	if !controllerutil.RemoveFinalizer(inst, v1alpha1.Finalizer) {
		return nil
	}
	return client.IgnoreNotFound(r.Patch(ctx, inst, client.MergeFrom(before)))
}

// orphaned says of executions that their Instance does not exist.
func (r *Reconciler) orphaned(ctx context.Context, key client.ObjectKey) error {
	list, err := r.executions(ctx, key)
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range list {
		if decision.Begun(e) || e.Status.State.Terminal() || e.Status.Reason == v1alpha1.ReasonInstanceNotFound {
			continue
		}
		after := e.DeepCopy()
		after.Status = v1alpha1.PlanExecutionStatus{
			State: v1alpha1.Pending, Reason: v1alpha1.ReasonInstanceNotFound,
			Message: fmt.Sprintf("there is no instance %q in namespace %q", key.Name, key.Namespace),
		}
		errs = append(errs, client.IgnoreNotFound(r.patchStatus(ctx, after, e)))
	}
	return errors.Join(errs...)
}
