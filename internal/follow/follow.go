// Package follow watches plans until they have ended, and shows them.
package follow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	utilnet "k8s.io/apimachinery/pkg/util/net"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/progress"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

// Interval is how often a followed object is read.
const Interval = 300 * time.Millisecond

// unseen is what a wait says as long as the controller has done nothing.
const unseen = "waiting for the controller, which has not looked at it yet: does it run?"

// FailedError ends a wait for something that has failed.
type FailedError struct{ why string }

func (e *FailedError) Error() string { return e.why }

// Until calls look until it is done, fails, or the time is up. What it waited for last is in the error.
func Until(ctx context.Context, timeout time.Duration, look func(context.Context) (done bool, waiting string, err error)) error {
	waiting := ""
	err := wait.PollUntilContextTimeout(ctx, Interval, timeout, true, func(ctx context.Context) (bool, error) {
		done, now, err := look(ctx)
		if now != "" {
			waiting = now
		}
		if err != nil && Passing(err) {
			return false, nil
		}
		return done, err
	})
	switch {
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	case wait.Interrupted(err):
		err = fmt.Errorf("timed out after %s", timeout)
	default:
		return err
	}
	if waiting != "" {
		return fmt.Errorf("%w: %s", err, waiting)
	}
	return err
}

// gone says that what was waited for was deleted.
func gone(err error, what string) error {
	if apierrors.IsNotFound(err) {
		return &FailedError{what + " was deleted meanwhile"}
	}
	return err
}

// Passing says whether the API server, which has answered before, may do so again in a moment.
func Passing(err error) bool {
	var failed *FailedError
	return !errors.As(err, &failed) && (apierrors.IsServerTimeout(err) || apierrors.IsTooManyRequests(err) ||
		apierrors.IsServiceUnavailable(err) || apierrors.IsTimeout(err) || apierrors.IsInternalError(err) ||
		utilnet.IsConnectionRefused(err) || utilnet.IsConnectionReset(err) || utilnet.IsProbableEOF(err))
}

// Generation is a generation of an Instance, and the one that it had before somebody asked for this one.
type Generation struct {
	Key            client.ObjectKey
	Number, Before int64
}

// Instance shows the plans that bring a generation of an Instance about, until they have ended. If nothing new was asked for, plans
// that had succeeded by then are history, and are not shown.
func Instance(ctx context.Context, c client.Client, what Generation, timeout time.Duration, s *progress.Screen) error {
	begun := time.Now()
	key := what.Key
	var history map[types.UID]bool
	return Until(ctx, timeout, func(ctx context.Context) (bool, string, error) {
		var inst v1alpha1.Instance
		if err := c.Get(ctx, key, &inst); err != nil {
			return false, "", gone(err, "instance "+key.Name)
		}
		ready := meta.FindStatusCondition(inst.Status.Conditions, v1alpha1.ConditionReady)
		if ready == nil || ready.ObservedGeneration < what.Number {
			sayUnseen(s, begun)
			return false, unseen, nil
		}
		executions, err := Executions(ctx, c, key)
		if err != nil {
			return false, "", err
		}
		shown := current(&inst, executions)
		if history == nil {
			history = succeeded(shown, what.Number == what.Before)
		}
		shown = slices.DeleteFunc(shown, func(e *v1alpha1.PlanExecution) bool { return history[e.UID] })
		s.Executions(shown)
		waiting := ready.Message
		if len(shown) > 0 && !shown[len(shown)-1].Status.State.Terminal() && shown[len(shown)-1].Status.Message != "" {
			waiting = shown[len(shown)-1].Status.Message
		}
		s.Say(fmt.Sprintf("%s/%s: %s", inst.Namespace, inst.Name, ready.Message))
		switch {
		case meta.IsStatusConditionTrue(inst.Status.Conditions, v1alpha1.ConditionDegraded), ready.Reason == v1alpha1.ReasonSuspended:
			return false, waiting, &FailedError{fmt.Sprintf("instance %s: %s: %s", inst.Name, ready.Reason, ready.Message)}
		}
		return ready.Status == metav1.ConditionTrue, waiting, nil
	})
}

// Execution shows an execution until it has ended.
func Execution(ctx context.Context, c client.Client, key client.ObjectKey, timeout time.Duration, s *progress.Screen) error {
	begun := time.Now()
	return Until(ctx, timeout, func(ctx context.Context) (bool, string, error) {
		var e v1alpha1.PlanExecution
		if err := c.Get(ctx, key, &e); err != nil {
			return false, "", gone(err, "execution "+key.Name)
		}
		if plan.Reopens(&e.Status, plan.Commands{Cancel: e.Spec.Cancel, Retry: e.Spec.Retry}) { // what it says is about the run before
			sayUnseen(s, begun)
			return false, unseen, nil
		}
		s.Executions([]*v1alpha1.PlanExecution{&e})
		switch st := &e.Status; {
		case st.State == v1alpha1.Succeeded:
			return true, "", nil
		case st.State.Terminal():
			return false, "", &FailedError{fmt.Sprintf("plan %s: %s: %s", e.Spec.Plan, st.State, st.Message)}
		case st.State == "":
			sayUnseen(s, begun)
			return false, unseen, nil
		default:
			return false, st.Message, nil
		}
	})
}

// current are the executions that bring the target of an Instance about.
func current(inst *v1alpha1.Instance, executions []v1alpha1.PlanExecution) []*v1alpha1.PlanExecution {
	var out []*v1alpha1.PlanExecution
	for i := range executions {
		e := &executions[i]
		target := inst.Status.Target != nil && e.Status.TargetSequence == inst.Status.Target.Sequence
		if target || e.Name == inst.Status.ActiveExecution {
			out = append(out, e)
		}
	}
	return out
}

// succeeded are the executions that have succeeded, if they are history.
func succeeded(executions []*v1alpha1.PlanExecution, history bool) map[types.UID]bool {
	out := map[types.UID]bool{}
	for _, e := range executions {
		if history && e.Status.State == v1alpha1.Succeeded {
			out[e.UID] = true
		}
	}
	return out
}

// sayUnseen shows that the controller has done nothing, once that has taken longer than it should.
func sayUnseen(s *progress.Screen, since time.Time) {
	if time.Since(since) > 3*time.Second {
		s.Draw([]string{unseen})
		s.Say(unseen)
	}
}

// Executions lists the executions of an Instance, oldest first.
func Executions(ctx context.Context, c client.Client, key client.ObjectKey) ([]v1alpha1.PlanExecution, error) {
	var list v1alpha1.PlanExecutionList
	if err := c.List(ctx, &list, client.InNamespace(key.Namespace)); err != nil {
		return nil, err
	}
	return ofInstance(list.Items, key.Name), nil
}

// ofInstance picks the executions of an instance, oldest first.
func ofInstance(all []v1alpha1.PlanExecution, name string) []v1alpha1.PlanExecution {
	out := slices.DeleteFunc(all, func(e v1alpha1.PlanExecution) bool { return e.Spec.Instance != name })
	slices.SortFunc(out, func(a, b v1alpha1.PlanExecution) int {
		if c := a.CreationTimestamp.Compare(b.CreationTimestamp.Time); c != 0 {
			return c
		}
		return strings.Compare(a.Name, b.Name)
	})
	return out
}

// Served says whether the API server serves every definition.
func Served(ctx context.Context, c client.Client, objs []*unstructured.Unstructured) (bool, string, error) {
	for _, u := range objs {
		if u.GetKind() != "CustomResourceDefinition" {
			continue
		}
		var def apiextensionsv1.CustomResourceDefinition
		if err := c.Get(ctx, client.ObjectKey{Name: u.GetName()}, &def); err != nil {
			return false, "", err
		}
		established := false
		for _, cond := range def.Status.Conditions {
			established = established || cond.Type == apiextensionsv1.Established && cond.Status == apiextensionsv1.ConditionTrue
		}
		if !established {
			return false, fmt.Sprintf("waiting for %s to be served", u.GetName()), nil
		}
	}
	return true, "", nil
}
