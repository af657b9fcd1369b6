package runtime

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/runtime/decision"
	"github.com/kudoc/kudoc/internal/runtime/execution"
	"github.com/kudoc/kudoc/internal/runtime/health"
	"github.com/kudoc/kudoc/internal/runtime/known"
	"github.com/kudoc/kudoc/internal/runtime/object"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

// observeTask says how far the objects of a task are: as far as the one that is least far.
func (r *Reconciler) observeTask(ctx context.Context, w *world, ref plan.Ref, s *v1alpha1.StepStatus) (plan.Observation, error) {
	wanted, err := w.Run.Identified(ref, s.Attempts, r.Scope)
	if err != nil {
		return plan.Observation{}, err
	}
	task := w.Run.Version.Spec.Task(ref.Task)
	worst := plan.Observation{Progress: plan.Done}
	for _, o := range wanted {
		want := o.Unstructured
		w.Run.Stamp(want, ref, s.Attempts)
		if task.Kind == v1alpha1.TaskWait || task.Kind == v1alpha1.TaskPatch { // what others make has no label to watch
			w.foreign = true
		} else {
			r.watches.ensure(ctx, want.GroupVersionKind())
		}
		if h, ok := r.healthy(ctx, w, task, want); ok {
			w.UIDs[object.Identify(want)], w.Fields[object.Identify(want)] = h.UID, h.Fields
			continue
		}
		live := &unstructured.Unstructured{}
		live.SetGroupVersionKind(want.GroupVersionKind())
		err := w.objects.Read.Get(ctx, client.ObjectKeyFromObject(want), live)
		if apierrors.IsNotFound(err) {
			live = nil
		} else if err != nil {
			return plan.Observation{}, object.Explain("read "+object.Display(want), err)
		}
		came := r.judge(w, ref, task, o, live)
		if came.Progress == plan.Waiting && task.Kind != v1alpha1.TaskDelete || came.Progress == plan.Broken {
			came.Message += health.PodTrouble(ctx, w.objects.Read, live)
		}
		worst = health.Worse(worst, came)
	}
	return worst, nil
}

// healthy is what is known of an object of an Apply task that was healthy and has not changed since.
func (r *Reconciler) healthy(ctx context.Context, w *world, task *v1alpha1.Task, want *unstructured.Unstructured) (known.Healthy, bool) {
	if task.Kind != v1alpha1.TaskApply {
		return known.Healthy{}, false
	}
	return r.sights.Seen(client.ObjectKeyFromObject(w.Inst), want, func() *metav1.PartialObjectMetadata {
		return r.cached(ctx, want.GroupVersionKind(), client.ObjectKeyFromObject(want))
	})
}

// judge says how far an object of a task is, and remembers what was seen of it; live is nil if there is none.
func (r *Reconciler) judge(w *world, ref plan.Ref, task *v1alpha1.Task, want execution.Object, live *unstructured.Unstructured) plan.Observation {
	ours := live == nil || object.Belongs(w.Inst, live)
	if live != nil && ours {
		w.UIDs[object.Identify(live)] = live.GetUID()
	}
	o := health.Judge(task.Kind, want.Unstructured, live, ours)
	if o.Progress == plan.Done && task.Kind == v1alpha1.TaskApply {
		w.Fields[object.Identify(live)] = object.Owned(live)
	}
	if o.Progress == plan.Done && task.Kind.Keyed() {
		o = ready(w.Run, ref, want.ID, live)
	}
	if o.Progress == plan.Done && task.Kind == v1alpha1.TaskApply {
		r.sights.Note(client.ObjectKeyFromObject(w.Inst), live)
	}
	return o
}

// graceful wraps an error about the objects of a task that waiting may mend.
func (r *Reconciler) graceful(w *world, ref plan.Ref, verb string, err error) error {
	since := r.refusals.Since(known.Refusal{Execution: w.Run.Execution.UID, Ref: ref, Verb: verb}, err, w.Now)
	if err == nil {
		return nil
	}
	return object.Graceful(err, since, w.Now)
}

// lookAgain learns of objects what was seen of them when their step ended, if that got lost.
func (r *Reconciler) lookAgain(ctx context.Context, w *world) error {
	for _, it := range decision.Unseen(&w.World) {
		live := &metav1.PartialObjectMetadata{}
		live.SetGroupVersionKind(object.Kind(it))
		err := w.objects.Read.Get(ctx, client.ObjectKey{Namespace: it.Namespace, Name: it.Name}, live)
		switch {
		case err == nil && object.Belongs(w.Inst, live):
			w.UIDs[object.Recorded(it)], w.Fields[object.Recorded(it)] = live.UID, object.Owned(live)
		case client.IgnoreNotFound(err) != nil && !apierrors.IsForbidden(err):
			return fmt.Errorf("read %s/%s: %w", it.Kind, it.Name, err)
		}
	}
	return nil
}

// ready asks the framework about an object that is healthy by Kubernetes' conventions. What cannot be evaluated may be
// about a status that is still to come, so it is waited for.
func ready(run *execution.Run, ref plan.Ref, id string, live *unstructured.Unstructured) plan.Observation {
	condition := run.Program.Readiness(ref.Task, id)
	if condition == "" {
		return plan.Observation{Progress: plan.Done}
	}
	is, err := run.Program.Ready(ref.Task, id, run.Inputs(ref), live.Object)
	switch {
	case err != nil:
		return plan.Observation{Progress: plan.Waiting, Message: fmt.Sprintf("waiting for %s: ready cannot be told: %v", object.Display(live), err)}
	case !is:
		return plan.Observation{Progress: plan.Waiting, Message: fmt.Sprintf("waiting for %s: ready is false: %s", object.Display(live), condition)}
	}
	return plan.Observation{Progress: plan.Done}
}
