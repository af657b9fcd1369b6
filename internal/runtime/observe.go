package runtime

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/runtime/execution"
	"github.com/kudoc/kudoc/internal/runtime/health"
	"github.com/kudoc/kudoc/internal/runtime/object"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

// observeTask says how far the objects of a task are: as far as the one that is least far.
func (r *Reconciler) observeTask(ctx context.Context, w *world, ref plan.Ref, s *v1alpha1.StepStatus) (plan.Observation, error) {
	wanted, err := w.Run.Identified(ref, s.Attempts, r.Scope)
	if err != nil {
		return plan.Observation{}, object.Graceful(err, s.StartedAt, w.Now)
	}
	task := w.Run.Version.Spec.Task(ref.Task)
	worst := plan.Observation{Progress: plan.Done}
	for _, o := range wanted {
		want, id := o.Unstructured, o.ID
		w.Run.Stamp(want, ref, s.Attempts)
		if task.Kind == v1alpha1.TaskWait || task.Kind == v1alpha1.TaskPatch { // what others make has no label to watch
			w.foreign = true
		} else {
			r.watches.ensure(ctx, want.GroupVersionKind())
		}
		live := &unstructured.Unstructured{}
		live.SetGroupVersionKind(want.GroupVersionKind())
		ours := true
		err := w.objects.Read.Get(ctx, client.ObjectKeyFromObject(want), live)
		if apierrors.IsNotFound(err) {
			live = nil
		} else if err != nil {
			return plan.Observation{}, object.Graceful(object.Explain("read "+object.Display(want), err), s.StartedAt, w.Now)
		} else if ours = object.Belongs(w.Inst, live); ours {
			w.UIDs[object.Identify(live)] = live.GetUID()
		}
		o := health.Judge(task.Kind, want, live, ours)
		if o.Progress == plan.Done && task.Kind == v1alpha1.TaskApply {
			w.Fields[object.Identify(live)] = object.Owned(live)
		}
		if o.Progress == plan.Done && task.Kind.Keyed() {
			o = ready(w.Run, ref, id, live)
		}
		if o.Progress == plan.Waiting && task.Kind != v1alpha1.TaskDelete || o.Progress == plan.Broken {
			o.Message += health.PodTrouble(ctx, w.objects.Read, live)
		}
		worst = health.Worse(worst, o)
	}
	return worst, nil
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
