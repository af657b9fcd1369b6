package runtime

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/runtime/decision"
	"github.com/kudoc/kudoc/internal/runtime/execution"
	"github.com/kudoc/kudoc/internal/runtime/health"
	"github.com/kudoc/kudoc/internal/runtime/metrics"
	"github.com/kudoc/kudoc/internal/runtime/object"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

// intend renders what the actions are about to start, and enters it in the inventory, so that it is on record before the
// first write. A task that cannot be rendered is left out: the next observation says why.
func (r *Reconciler) intend(w *world, d *decision.Decision) {
	if w.Inst.DeletionTimestamp != nil {
		w.children = nil
	}
	for _, u := range w.children {
		enter(&d.Inst.Status, u.Unstructured, u.Task, &v1alpha1.PlanExecution{})
	}
	for _, a := range d.Actions {
		objs, err := w.Run.Identified(a.Ref, a.Attempt, r.Scope)
		if err != nil {
			continue
		}
		kind := w.Run.Version.Spec.Task(a.Ref.Task).Kind
		for _, o := range objs {
			w.Run.Stamp(o.Unstructured, a.Ref, a.Attempt)
			if kind == v1alpha1.TaskApply {
				enter(&d.Inst.Status, o.Unstructured, a.Ref.Task, w.Run.Execution)
			}
		}
		d.Objects[a.Ref] = objs
	}
}

// enter puts an object at the end of the inventory, or at its old place if it is there.
func enter(st *v1alpha1.InstanceStatus, u *unstructured.Unstructured, task string, e *v1alpha1.PlanExecution) {
	gvk := u.GroupVersionKind()
	it := v1alpha1.InventoryItem{
		Group: gvk.Group, Version: gvk.Version, Kind: gvk.Kind, Namespace: u.GetNamespace(), Name: u.GetName(),
		Task: task, Execution: e.UID,
	}
	at := slices.IndexFunc(st.Inventory, func(o v1alpha1.InventoryItem) bool { return object.Recorded(o) == object.Recorded(it) })
	if at < 0 {
		st.Inventory = append(st.Inventory, it)
		return
	}
	it.UID, it.Fields = st.Inventory[at].UID, st.Inventory[at].Fields // what others did is not forgotten if the apply fails
	st.Inventory[at] = it
}

// begin makes the execution that was decided on, and decides once more, so that it starts in the same move if it is its turn. It
// is made before the Instance names its target: whoever comes after a crash in between decides the same and finds it.
func (r *Reconciler) begin(ctx context.Context, w *world, d *decision.Decision) (*world, *decision.Decision, error) {
	e := d.Create
	if err := r.Create(ctx, e); apierrors.IsAlreadyExists(err) {
		err := r.Reader.Get(ctx, client.ObjectKeyFromObject(e), e)
		if err != nil {
			return nil, nil, fmt.Errorf("read execution %s: %w", e.Name, err)
		}
		if e.Spec.Instance != w.Inst.Name {
			d.Create = nil // somebody else's has the name, and the Instance waits until it is gone
			return w, d, nil
		}
	} else if err != nil {
		return nil, nil, fmt.Errorf("make execution %s: %w", e.Name, err)
	}
	r.written.Note(e)
	next := *w
	next.Inst, next.Executions, next.Observed = d.Inst, append(d.Executions, e), map[plan.Ref]plan.Observation{}
	next.recorded = maps.Clone(w.recorded)
	next.recorded[e.Name] = e.DeepCopy()
	if err := r.gatherActive(ctx, &next); err != nil {
		return nil, nil, err
	}
	then := decision.Make(&next.World)
	then.Events = append(d.Events, then.Events...)
	return &next, then, nil
}

// act carries out what was decided. It returns how far the actions have come, by task, and the errors that a retry may mend.
func (r *Reconciler) act(ctx context.Context, w *world, d *decision.Decision) (map[plan.Ref]plan.Observation, error) {
	came := map[plan.Ref]plan.Observation{}
	var later []error
	for _, a := range d.Actions {
		o, err := r.perform(ctx, w, a, d)
		err = r.graceful(w, a.Ref, string(a.Kind), err)
		var transient *object.TransientError
		switch {
		case errors.As(err, &transient):
			later = append(later, err)
		case err != nil:
			o = plan.Observation{Progress: plan.Broken, Message: err.Error()}
		}
		came[a.Ref] = o
	}
	if d.Barred == "" {
		for _, it := range d.Doomed {
			kept, err := w.objects.Prune(ctx, w.Inst, it)
			if later = append(later, err); kept && it.Kind == "PersistentVolumeClaim" && w.Inst.DeletionTimestamp != nil {
				later = append(later, r.letSecretGo(ctx, w.Inst)) // data without their password are lost
			}
		}
	}
	for _, it := range d.Orphan {
		later = append(later, w.objects.LetGo(ctx, w.Inst, it))
	}
	if d.Release && retains(w.Inst) {
		later = append(later, r.letSecretGo(ctx, w.Inst))
	}
	later = append(later, r.raise(ctx, w))
	for _, e := range d.Adopt {
		later = append(later, r.adopt(ctx, d.Inst, e))
	}
	for _, e := range d.Expire {
		later = append(later, client.IgnoreNotFound(r.Delete(ctx, e, client.Preconditions{UID: &e.UID})))
	}
	return came, errors.Join(later...)
}

// adopt makes an execution go with its Instance.
func (r *Reconciler) adopt(ctx context.Context, inst *v1alpha1.Instance, e *v1alpha1.PlanExecution) error {
	before := e.DeepCopy()
	e.OwnerReferences = append(e.OwnerReferences, metav1.OwnerReference{
		APIVersion: v1alpha1.GroupVersion.String(), Kind: "Instance", Name: inst.Name, UID: inst.UID,
	})
	if err := r.Patch(ctx, e, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("make execution %s go with its instance: %w", e.Name, err)
	} else if err == nil {
		r.written.Note(e)
	}
	return nil
}

// perform carries out one action on the objects of a task, in order; it stops at the first that fails. It returns how far the
// objects are, as far as their applies told.
func (r *Reconciler) perform(ctx context.Context, w *world, a plan.Action, d *decision.Decision) (plan.Observation, error) {
	task := w.Run.Version.Spec.Task(a.Ref.Task)
	worst := plan.Observation{Progress: plan.Done}
	for _, o := range d.Objects[a.Ref] {
		came, err := r.performOn(ctx, w, a, d, task, o)
		if object.Immutable(err) && o.GetAnnotations()[v1alpha1.AnnotationImmutable] == "recreate" {
			if err = w.objects.Remove(ctx, w.Inst, o.Unstructured); err == nil {
				return plan.Observation{Progress: plan.Waiting}, nil // it is applied once it is gone
			}
		}
		if err != nil {
			return plan.Observation{Progress: plan.Waiting}, object.Explain(object.Display(o.Unstructured), err)
		}
		worst = health.Worse(worst, came)
	}
	return worst, nil
}

// performOn carries out an action on one object.
func (r *Reconciler) performOn(ctx context.Context, w *world, a plan.Action, d *decision.Decision, task *v1alpha1.Task, o execution.Object) (plan.Observation, error) {
	waiting := plan.Observation{Progress: plan.Waiting}
	switch {
	case a.Kind == plan.Remove || task.Kind == v1alpha1.TaskDelete:
		return waiting, w.objects.Remove(ctx, w.Inst, o.Unstructured)
	case task.Kind == v1alpha1.TaskWait:
		return waiting, nil
	case task.Kind == v1alpha1.TaskPatch:
		return waiting, w.objects.Patch(ctx, o.Unstructured, execution.FieldManager(o.Unstructured))
	}
	live := o.DeepCopy()
	err := w.objects.Apply(ctx, w.Inst, live, uidOf(d.Inst, live), w.Run.Execution.Labels[v1alpha1.LabelRepair] != "")
	metrics.Applied(err)
	if err != nil || live.GetUID() == "" {
		return waiting, err
	}
	return r.judge(w, a.Ref, task, o, live), nil
}

// uidOf is that of an object of the inventory, if it is known.
func uidOf(inst *v1alpha1.Instance, u *unstructured.Unstructured) types.UID {
	for _, it := range inst.Status.Inventory {
		if object.Recorded(it) == object.Identify(u) {
			return it.UID
		}
	}
	return ""
}

// lookFor finds out which of the objects that are to be deleted are gone.
func (r *Reconciler) lookFor(ctx context.Context, w *world) error {
	for _, it := range decision.Doomed(&w.World) {
		r.watches.ensure(ctx, object.Kind(it))
		live := &metav1.PartialObjectMetadata{}
		live.SetGroupVersionKind(object.Kind(it))
		err := w.objects.Read.Get(ctx, client.ObjectKey{Namespace: it.Namespace, Name: it.Name}, live)
		switch {
		case apierrors.IsNotFound(err) || meta.IsNoMatchError(err):
			w.Gone[object.Recorded(it)] = true
		case apierrors.IsForbidden(err):
			w.Barred = fmt.Sprintf("%v, or name another one in spec.serviceAccountName", object.Explain(it.Kind+"/"+it.Name, err))
		case err != nil:
			return fmt.Errorf("read %s/%s: %w", it.Kind, it.Name, err)
		case object.Vanished(w.Inst, it, live):
			w.Gone[object.Recorded(it)] = true
		}
	}
	return nil
}
