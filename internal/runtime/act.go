package runtime

import (
	"context"
	"errors"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/runtime/execution"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

// intend renders what the actions are about to start, and enters it in the inventory, so that it is on record before the
// first write. A task that cannot be rendered is left out: the next observation says why.
func (r *Reconciler) intend(w *world, d *decision) {
	for _, a := range d.actions {
		objs, err := w.run.Objects(a.Ref, a.Attempt, r.Scope)
		if err != nil {
			continue
		}
		kind := w.run.Version.Spec.Task(a.Ref.Task).Kind
		for _, u := range objs {
			if kind != v1alpha1.TaskDelete {
				w.run.Stamp(u, a.Ref, a.Attempt)
			}
			if kind == v1alpha1.TaskApply {
				enter(&d.inst.Status, u, a.Ref.Task, w.run.Execution)
			}
		}
		d.objects[a.Ref] = objs
	}
}

// enter puts an object at the end of the inventory, or at its old place if it is there.
func enter(st *v1alpha1.InstanceStatus, u *unstructured.Unstructured, task string, e *v1alpha1.PlanExecution) {
	gvk := u.GroupVersionKind()
	it := v1alpha1.InventoryItem{
		Group: gvk.Group, Version: gvk.Version, Kind: gvk.Kind, Namespace: u.GetNamespace(), Name: u.GetName(),
		Task: task, Execution: e.UID,
	}
	at := slices.IndexFunc(st.Inventory, func(o v1alpha1.InventoryItem) bool { return identityOf(o) == identityOf(it) })
	if at < 0 {
		st.Inventory = append(st.Inventory, it)
		return
	}
	it.UID, it.Fields = st.Inventory[at].UID, st.Inventory[at].Fields // what others did is not forgotten if the apply fails
	st.Inventory[at] = it
}

// act carries out what was decided. It returns what failed for good, by task, and the first error that a retry may mend.
func (r *Reconciler) act(ctx context.Context, w *world, d *decision) (map[plan.Ref]plan.Observation, error) {
	broken := map[plan.Ref]plan.Observation{}
	var later []error
	for _, a := range d.actions {
		err := r.perform(ctx, w, a, d.objects[a.Ref])
		var transient *transientError
		switch {
		case errors.As(err, &transient):
			later = append(later, err)
		case err != nil:
			broken[a.Ref] = plan.Observation{Progress: plan.Broken, Message: err.Error()}
		}
	}
	if d.barred == "" {
		for _, it := range d.doomed {
			later = append(later, w.objects.prune(ctx, w.inst, it))
		}
	}
	for _, it := range d.orphan {
		later = append(later, w.objects.letGo(ctx, w.inst, it))
	}
	if d.release && retains(w.inst) {
		later = append(later, r.letSecretGo(ctx, w.inst))
	}
	if d.create != nil {
		later = append(later, client.IgnoreAlreadyExists(r.Create(ctx, d.create)))
	}
	for _, e := range d.expire {
		later = append(later, client.IgnoreNotFound(r.Delete(ctx, e, client.Preconditions{UID: &e.UID})))
	}
	return broken, errors.Join(later...)
}

// perform carries out one action on the objects of a task, in order; it stops at the first that fails.
func (r *Reconciler) perform(ctx context.Context, w *world, a plan.Action, objs []*unstructured.Unstructured) error {
	kind := w.run.Version.Spec.Task(a.Ref.Task).Kind
	step := findStep(w.run.Execution, a.Ref)
	for _, u := range objs {
		var err error
		switch {
		case a.Kind == plan.Remove || kind == v1alpha1.TaskDelete:
			err = w.objects.remove(ctx, w.run, u)
		default:
			err = w.objects.apply(ctx, w.run, u)
		}
		if err != nil {
			var started *metav1.Time
			if step != nil {
				started = step.StartedAt
			}
			return graceful(explain(display(u), err), started, w.now)
		}
	}
	return nil
}

func findStep(e *v1alpha1.PlanExecution, ref plan.Ref) *v1alpha1.StepStatus {
	for i := range e.Status.Phases {
		for j := range e.Status.Phases[i].Steps {
			if e.Status.Phases[i].Name == ref.Phase && e.Status.Phases[i].Steps[j].Name == ref.Step {
				return &e.Status.Phases[i].Steps[j]
			}
		}
	}
	return nil
}

// apply creates or updates an object by server-side apply, without taking fields from other managers.
func (a access) apply(ctx context.Context, run *execution.Run, u *unstructured.Unstructured) error {
	live := &unstructured.Unstructured{}
	live.SetGroupVersionKind(u.GroupVersionKind())
	switch err := a.read.Get(ctx, client.ObjectKeyFromObject(u), live); {
	case apierrors.IsNotFound(err):
	case err != nil:
		return err
	case !belongs(run.Instance, live):
		return errors.New("it exists and was not made for this instance: delete it, or give the instance another name")
	case live.GetDeletionTimestamp() != nil:
		return nil // it is applied once it is gone
	}
	err := a.write.Apply(ctx, client.ApplyConfigurationFromUnstructured(u), client.FieldOwner(v1alpha1.FieldManager))
	applies.WithLabelValues(result(err)).Inc()
	return err
}

// remove deletes an object of the Instance; one that is gone is fine.
func (a access) remove(ctx context.Context, run *execution.Run, u *unstructured.Unstructured) error {
	live := &unstructured.Unstructured{}
	live.SetGroupVersionKind(u.GroupVersionKind())
	if err := a.read.Get(ctx, client.ObjectKeyFromObject(u), live); err != nil {
		return client.IgnoreNotFound(err)
	}
	if !belongs(run.Instance, live) {
		return errors.New("it was not made for this instance, so it is not deleted")
	}
	uid := live.GetUID()
	return client.IgnoreNotFound(a.write.Delete(ctx, live, client.PropagationPolicy(metav1.DeletePropagationForeground), client.Preconditions{UID: &uid}))
}

// prune deletes an object of the inventory: only the very object that was seen. One that asks to be kept is let go.
func (a access) prune(ctx context.Context, inst *v1alpha1.Instance, it v1alpha1.InventoryItem) error {
	live := &metav1.PartialObjectMetadata{}
	live.SetGroupVersionKind(gvkOf(it))
	if err := a.read.Get(ctx, client.ObjectKey{Namespace: it.Namespace, Name: it.Name}, live); err != nil {
		return client.IgnoreNotFound(err)
	}
	switch {
	case vanished(inst, it, live) || live.DeletionTimestamp != nil:
		return nil
	case kept(live):
		return a.disown(ctx, inst, it, live)
	}
	err := a.write.Delete(ctx, live, client.PropagationPolicy(metav1.DeletePropagationBackground), client.Preconditions{UID: &live.UID})
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("prune %s/%s: %w", it.Kind, it.Name, err)
	}
	return nil
}

// letGo takes the Instance out of the owners of an object, so that the object stays when the Instance goes.
func (a access) letGo(ctx context.Context, inst *v1alpha1.Instance, it v1alpha1.InventoryItem) error {
	live := &metav1.PartialObjectMetadata{}
	live.SetGroupVersionKind(gvkOf(it))
	if err := a.read.Get(ctx, client.ObjectKey{Namespace: it.Namespace, Name: it.Name}, live); err != nil {
		return client.IgnoreNotFound(err)
	}
	return a.disown(ctx, inst, it, live)
}

func (a access) disown(ctx context.Context, inst *v1alpha1.Instance, it v1alpha1.InventoryItem, live *metav1.PartialObjectMetadata) error {
	before := live.DeepCopy()
	live.OwnerReferences = slices.DeleteFunc(live.OwnerReferences, of(inst))
	if len(live.OwnerReferences) == len(before.OwnerReferences) {
		return nil
	}
	if err := a.write.Patch(ctx, live, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})); err != nil {
		return fmt.Errorf("let go of %s/%s: %w", it.Kind, it.Name, err)
	}
	return nil
}

// lookFor finds out which of the objects that are to be deleted are gone.
func (r *Reconciler) lookFor(ctx context.Context, w *world) error {
	for _, it := range doomed(w) {
		live := &metav1.PartialObjectMetadata{}
		live.SetGroupVersionKind(gvkOf(it))
		err := w.objects.read.Get(ctx, client.ObjectKey{Namespace: it.Namespace, Name: it.Name}, live)
		switch {
		case apierrors.IsNotFound(err) || meta.IsNoMatchError(err):
			w.gone[identityOf(it)] = true
		case apierrors.IsForbidden(err):
			w.barred = fmt.Sprintf("%v, or name another one in spec.serviceAccountName", explain(it.Kind+"/"+it.Name, err))
		case err != nil:
			return fmt.Errorf("read %s/%s: %w", it.Kind, it.Name, err)
		case vanished(w.inst, it, live):
			w.gone[identityOf(it)] = true
		}
	}
	return nil
}

// vanished says whether the object of the inventory is no longer there, or is not to be touched: another object may have
// taken its name, or have had it all along, or it asked to be kept and has been let go.
func vanished(inst *v1alpha1.Instance, it v1alpha1.InventoryItem, live *metav1.PartialObjectMetadata) bool {
	if it.UID != "" && it.UID != live.UID || !belongs(inst, live) {
		return true
	}
	return kept(live) && !slices.ContainsFunc(live.OwnerReferences, of(inst))
}

// kept says whether an object asks not to be deleted.
func kept(live client.Object) bool {
	return live.GetAnnotations()[v1alpha1.AnnotationPrune] == "disabled"
}

// of says whether an owner is the Instance: what it owns goes with it.
func of(inst *v1alpha1.Instance) func(metav1.OwnerReference) bool {
	return func(o metav1.OwnerReference) bool { return o.UID == inst.UID }
}
