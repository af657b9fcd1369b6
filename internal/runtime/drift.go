package runtime

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// owned is a digest of the fields of an object that kudoc has applied and that nobody has changed or removed since: server-side
// apply takes a field from kudoc when another manager gives it another value. It is empty for an object without any.
func owned(o client.Object) string {
	for _, m := range o.GetManagedFields() {
		if m.Manager == v1alpha1.FieldManager && m.Operation == metav1.ManagedFieldsOperationApply && m.FieldsV1 != nil {
			sum := sha256.Sum256(m.FieldsV1.GetRawBytes())
			return hex.EncodeToString(sum[:])[:16]
		}
	}
	return ""
}

// lookForDrift finds what others have changed or deleted of what an Instance applied, once its spec is in force. It asks the
// cache, and the API server about what the cache gives reason to suspect.
func (r *Reconciler) lookForDrift(ctx context.Context, w *world) error {
	t := w.inst.Status.Target
	if t == nil || int(t.Done) < len(t.Plans) || w.active != nil || w.inst.DeletionTimestamp != nil {
		return nil
	}
	for _, it := range w.inst.Status.Inventory {
		gvk := gvkOf(it)
		if r.watches.ensure(ctx, gvk); it.Fields == "" || !r.watches.has(gvk) {
			continue
		}
		message, err := driftOf(ctx, r.Client, it)
		if err == nil && message != "" {
			message, err = driftOf(ctx, w.objects.read, it)
		}
		if err != nil && !apierrors.IsForbidden(err) {
			return fmt.Errorf("look for drift of %s/%s: %w", it.Kind, it.Name, err)
		}
		if message != "" {
			w.drift = append(w.drift, message)
		}
	}
	return nil
}

// has says whether a kind is watched.
func (w *watches) has(gvk schema.GroupVersionKind) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.kinds[gvk]
}

// driftOf says what has become of an object of the inventory, or nothing.
func driftOf(ctx context.Context, from client.Reader, it v1alpha1.InventoryItem) (string, error) {
	name := it.Kind + "/" + it.Name
	if it.Namespace != "" {
		name = it.Kind + "/" + it.Namespace + "/" + it.Name
	}
	live := &metav1.PartialObjectMetadata{}
	live.SetGroupVersionKind(gvkOf(it))
	err := from.Get(ctx, client.ObjectKey{Namespace: it.Namespace, Name: it.Name}, live)
	switch {
	case apierrors.IsNotFound(err):
		return name + " is gone", nil
	case err != nil:
		return "", err
	case it.UID != "" && live.UID != it.UID:
		return name + " was deleted and made anew", nil
	case owned(live) == it.Fields:
		return "", nil
	}
	if by := changers(live); len(by) > 0 {
		return name + " was changed by " + strings.Join(by, ", "), nil
	}
	return name + " was changed", nil
}

// changers are the managers that have changed an object after kudoc applied it.
func changers(o client.Object) []string {
	var applied *metav1.Time
	for _, m := range o.GetManagedFields() {
		if m.Manager == v1alpha1.FieldManager && m.Operation == metav1.ManagedFieldsOperationApply {
			applied = m.Time
		}
	}
	var out []string
	for _, m := range o.GetManagedFields() {
		later := applied == nil || m.Time != nil && !m.Time.Before(applied)
		if m.Manager != v1alpha1.FieldManager && m.Subresource == "" && later && !slices.Contains(out, m.Manager) {
			out = append(out, m.Manager)
		}
	}
	slices.Sort(out)
	return out
}

// maxDrift is how many objects a message names.
const maxDrift = 3

// driftMessage is what has drifted, for a condition.
func driftMessage(drift []string) string {
	shown := drift[:min(len(drift), maxDrift)]
	text := strings.Join(shown, "; ")
	if more := len(drift) - len(shown); more > 0 {
		text += fmt.Sprintf("; and %d more", more)
	}
	return text + ": 'kudoc diff' shows how; change back what others have changed, then run plan deploy"
}
