package runtime

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/runtime/decision"
	"github.com/kudoc/kudoc/internal/runtime/execution"
)

// previousKey is where the Secret of what is generated has the value before, while a plan rotates it.
func previousKey(param string) string { return param + ".previous" }

// rotate makes new values of the secrets that the plan of the active execution rotates, once it is on record that the execution
// has begun, and drops the values before when it has succeeded.
func (r *Reconciler) rotate(ctx context.Context, w *world, d *decision.Decision) error {
	if w.Run == nil || len(w.Run.Plan.Rotates) == 0 {
		return nil
	}
	e := d.Execution(w.Active.Name)
	ended := e.Status.State.Terminal()
	if !decision.Begun(e) || ended && e.Status.State != v1alpha1.Succeeded || !ended && r.rotated.have(e.UID, w.Run.Plan.Rotates) {
		return nil
	}
	secret := &corev1.Secret{}
	key := client.ObjectKey{Namespace: w.Inst.Namespace, Name: execution.GeneratedSecret(w.Inst.Name)}
	if err := r.Reader.Get(ctx, key, secret); err != nil {
		return fmt.Errorf("rotate secret %s: %w", key.Name, err)
	}
	next := secret.DeepCopy()
	if ended {
		settle(next, e.UID)
	} else {
		renew(next, e.UID, w)
	}
	if err := r.Patch(ctx, next, client.MergeFromWithOptions(secret, client.MergeFromWithOptimisticLock{})); err != nil {
		return fmt.Errorf("rotate secret %s: %w", key.Name, err)
	}
	r.rotated.note(e.UID, w.Run.Plan.Rotates)
	return nil
}

// renew makes new values for an execution. Where another execution has made some and not succeeded, nobody knows which of the
// two values the system has, so that both stay.
func renew(s *corev1.Secret, by types.UID, w *world) {
	last := types.UID(s.Annotations[v1alpha1.AnnotationRotated])
	known := last == "" || slices.ContainsFunc(w.Executions, func(e *v1alpha1.PlanExecution) bool {
		return e.UID == last && e.Status.State == v1alpha1.Succeeded
	})
	if s.Annotations == nil {
		s.Annotations = map[string]string{}
	}
	s.Annotations[v1alpha1.AnnotationRotated] = string(by)
	if last == by || !known {
		return
	}
	for _, p := range w.Run.Version.Spec.Parameters {
		if old := s.Data[p.Name]; p.Generate > 0 && len(old) > 0 && slices.Contains(w.Run.Plan.Rotates, p.Name) {
			s.Data[previousKey(p.Name)] = old
			s.Data[p.Name] = []byte(random(int(p.Generate)))
		}
	}
}

// settle drops the values from before the rotation of an execution.
func settle(s *corev1.Secret, by types.UID) {
	if types.UID(s.Annotations[v1alpha1.AnnotationRotated]) != by {
		return
	}
	delete(s.Annotations, v1alpha1.AnnotationRotated)
	for key := range s.Data {
		delete(s.Data, previousKey(key))
	}
}
