package runtime

import (
	"context"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/runtime/health"
	"github.com/kudoc/kudoc/internal/runtime/object"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

// fallsIll says whether objects of a kind that were healthy may cease to be.
func fallsIll(k schema.GroupKind) bool {
	switch k {
	case schema.GroupKind{Group: "apps", Kind: "Deployment"}, schema.GroupKind{Group: "apps", Kind: "StatefulSet"},
		schema.GroupKind{Group: "apps", Kind: "DaemonSet"}, schema.GroupKind{Group: v1alpha1.GroupVersion.Group, Kind: "Instance"}:
		return true
	}
	return false
}

// lookForTrouble finds workloads that are not healthy any more, once the spec of their Instance is in force. A workload is read
// when a watch tells that it has changed since it was healthy: one that does not change costs nothing.
func (r *Reconciler) lookForTrouble(ctx context.Context, w *world) error {
	if !w.rests() {
		return nil
	}
	for _, it := range w.Inst.Status.Inventory {
		gvk := object.Kind(it)
		if !fallsIll(gvk.GroupKind()) {
			continue
		}
		key := client.ObjectKey{Namespace: it.Namespace, Name: it.Name}
		cached := r.cached(ctx, gvk, key)
		if cached == nil || r.sights.Unchanged(client.ObjectKeyFromObject(w.Inst), cached) {
			continue
		}
		live := &unstructured.Unstructured{}
		live.SetGroupVersionKind(gvk)
		if err := w.objects.Read.Get(ctx, key, live); apierrors.IsNotFound(err) || apierrors.IsForbidden(err) {
			continue // that is drift, or for nobody to know
		} else if err != nil {
			return fmt.Errorf("look at %s/%s: %w", it.Kind, it.Name, err)
		}
		if o := health.Of(live); o.Progress != plan.Done {
			message := strings.TrimPrefix(o.Message, "waiting for ") + health.PodTrouble(ctx, w.objects.Read, live)
			w.Unhealthy = append(w.Unhealthy, message)
			continue
		}
		r.sights.Rest(client.ObjectKeyFromObject(w.Inst), live)
	}
	return nil
}
