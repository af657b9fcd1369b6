package runtime

import (
	"context"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/runtime/object"
)

// lookForDrift finds what others have changed or deleted of what an Instance applied, once its spec is in force. It asks the
// cache, and the API server about what the cache gives reason to suspect.
func (r *Reconciler) lookForDrift(ctx context.Context, w *world) error {
	if !w.rests() {
		return nil
	}
	for _, it := range w.Inst.Status.Inventory {
		gvk := object.Kind(it)
		if r.watches.ensure(ctx, gvk); it.Fields == "" || !r.watches.synced(ctx, gvk) {
			continue
		}
		message, err := driftOf(ctx, r.Client, object.OwnedInCache, it)
		if err == nil && message != "" {
			message, err = driftOf(ctx, w.objects.Read, object.Owned, it)
		}
		if err != nil && !apierrors.IsForbidden(err) {
			return fmt.Errorf("look for drift of %s/%s: %w", it.Kind, it.Name, err)
		}
		if message != "" {
			w.Drift = append(w.Drift, message)
		}
	}
	return nil
}

// rests says whether the spec of an Instance is in force and nothing runs.
func (w *world) rests() bool {
	t := w.Inst.Status.Target
	return t != nil && int(t.Done) >= len(t.Plans) && w.Active == nil && w.Inst.DeletionTimestamp == nil
}

// synced says whether a kind is watched and its objects are known. Of a kind that cannot be listed, because its conversion does
// not work, they never are; whoever asked the cache would wait for ever.
func (w *watches) synced(ctx context.Context, gvk schema.GroupVersionKind) bool {
	w.mu.Lock()
	watched := w.kinds[gvk]
	w.mu.Unlock()
	if !watched {
		return false
	}
	objects := &metav1.PartialObjectMetadata{}
	objects.SetGroupVersionKind(gvk)
	informer, err := w.cache.GetInformer(ctx, objects, cache.BlockUntilSynced(false))
	return err == nil && informer.HasSynced()
}

// maxFields is how many fields of a manager a message names.
const maxFields = 3

// driftOf says what has become of an object of the inventory, or nothing.
func driftOf(ctx context.Context, from client.Reader, owned func(client.Object) string, it v1alpha1.InventoryItem) (string, error) {
	name := it.Kind + "/" + it.Name
	if it.Namespace != "" {
		name = it.Kind + "/" + it.Namespace + "/" + it.Name
	}
	live := &metav1.PartialObjectMetadata{}
	live.SetGroupVersionKind(object.Kind(it))
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
	var by []string
	for _, c := range object.Changes(live) {
		text := c.Manager
		if shown := c.Fields[:min(len(c.Fields), maxFields)]; len(shown) > 0 {
			text += " (" + strings.Join(shown, ", ") + ")"
		}
		by = append(by, text)
	}
	if len(by) > 0 {
		return name + " was changed by " + strings.Join(by, ", "), nil
	}
	return name + " was changed", nil
}
