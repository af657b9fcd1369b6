package runtime

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/runtime/decision"
	"github.com/kudoc/kudoc/internal/runtime/execution"
	"github.com/kudoc/kudoc/internal/runtime/object"
)

// secretsMade remembers for which Instances, or executions, all generated secrets are there, so that nothing is asked twice.
type secretsMade struct{ m sync.Map }

func (s *secretsMade) have(uid types.UID, names []string) bool {
	known, ok := s.m.Load(uid)
	return ok && known == strings.Join(names, ",")
}

func (s *secretsMade) note(uid types.UID, names []string) { s.m.Store(uid, strings.Join(names, ",")) }

func (s *secretsMade) forget(uid types.UID) { s.m.Delete(uid) }

// generate makes the secrets that the framework generates for an Instance, unless they are there. A secret that is there is
// never changed, whoever made it: what has been deployed knows it.
func (r *Reconciler) generate(ctx context.Context, inst *v1alpha1.Instance, v *v1alpha1.FrameworkVersion) (*decision.Refusal, error) {
	names := execution.Generated(v.Spec.Parameters, execution.Values(inst.Spec.Parameters))
	known := append(slices.Clone(names), string(inst.Spec.DeletionPolicy))
	if len(names) == 0 || r.secrets.have(inst.UID, known) {
		return nil, nil
	}
	key := client.ObjectKey{Namespace: inst.Namespace, Name: execution.GeneratedSecret(inst.Name)}
	secret := &corev1.Secret{}
	err := r.Reader.Get(ctx, key, secret)
	missing := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return len(secret.Data[n]) > 0 })
	switch {
	case apierrors.IsNotFound(err):
		err = r.Create(ctx, generated(inst, v, names))
	case err == nil && len(missing) == 0 && (secret.Labels[v1alpha1.LabelInstance] != inst.Name || len(secret.OwnerReferences) > 0 || retains(inst)):
	case err == nil && secret.Labels[v1alpha1.LabelInstance] != inst.Name:
		return &decision.Refusal{Unwatched: true, Reason: v1alpha1.ReasonSecretNotOurs, Message: fmt.Sprintf(
			"Secret %q was not made by kudoc, and lacks %s: add what is missing, or delete it", key.Name, strings.Join(missing, ", "))}, nil
	case err == nil:
		more := secret.DeepCopy()
		fill(more, v, missing)
		if len(more.OwnerReferences) == 0 { // an Instance of the same name has left it
			own(more, inst)
		}
		err = r.Patch(ctx, more, client.MergeFromWithOptions(secret, client.MergeFromWithOptimisticLock{}))
	}
	if err != nil {
		if apierrors.IsForbidden(err) {
			return &decision.Refusal{Unwatched: true, Reason: v1alpha1.ReasonSecretNotOurs, Message: fmt.Sprintf("cannot make Secret %q: %v", key.Name, err), Waits: true}, nil
		}
		return nil, fmt.Errorf("make secret %s: %w", key.Name, err)
	}
	r.secrets.note(inst.UID, known)
	return nil, nil
}

// generated is the Secret of an Instance.
func generated(inst *v1alpha1.Instance, v *v1alpha1.FrameworkVersion, names []string) *corev1.Secret {
	s := &corev1.Secret{Type: corev1.SecretTypeOpaque}
	s.Namespace, s.Name = inst.Namespace, execution.GeneratedSecret(inst.Name)
	s.Labels = map[string]string{v1alpha1.LabelManagedBy: v1alpha1.ManagedBy, v1alpha1.LabelInstance: inst.Name, v1alpha1.LabelFramework: v.Spec.Framework}
	own(s, inst)
	fill(s, v, names)
	return s
}

// own makes a Secret go with its Instance, unless that leaves what needs it.
func own(s *corev1.Secret, inst *v1alpha1.Instance) {
	if !retains(inst) {
		s.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(inst, v1alpha1.GroupVersion.WithKind("Instance"))}
	}
}

// retains says whether what an Instance knows outlives it.
func retains(inst *v1alpha1.Instance) bool {
	return inst.Spec.DeletionPolicy == v1alpha1.DeletionOrphan || inst.Spec.DeletionPolicy == v1alpha1.DeletionRetain
}

// letSecretGo keeps the generated secrets of an Instance that goes, if it has any. kudoc has made none where it may not.
func (r *Reconciler) letSecretGo(ctx context.Context, inst *v1alpha1.Instance) error {
	it := v1alpha1.InventoryItem{Version: "v1", Kind: "Secret", Namespace: inst.Namespace, Name: execution.GeneratedSecret(inst.Name)}
	err := object.Access{Read: r.Reader, Write: r.Client}.LetGo(ctx, inst, it)
	if apierrors.IsForbidden(err) {
		return nil
	}
	return err
}

// fill generates the values of parameters.
func fill(s *corev1.Secret, v *v1alpha1.FrameworkVersion, names []string) {
	if s.Data == nil {
		s.Data = map[string][]byte{}
	}
	for _, p := range v.Spec.Parameters {
		if slices.Contains(names, p.Name) {
			s.Data[p.Name] = []byte(random(int(p.Generate)))
		}
	}
}

// random is text of n letters and digits, with five bits of chance in each.
func random(n int) string {
	var b strings.Builder
	for b.Len() < n {
		b.WriteString(rand.Text())
	}
	return b.String()[:n]
}
