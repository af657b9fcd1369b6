package runtime

import (
	"context"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/runtime/object"
)

// CacheOptions keep the whole of kudoc's own kinds in memory, and of every other kind only what tells whether something that
// kudoc applied has changed.
func CacheOptions() cache.Options {
	applied, err := labels.Parse(v1alpha1.LabelInstance)
	if err != nil { // the label is a constant
		applied = labels.Everything()
	}
	all := cache.ByObject{Label: labels.Everything()}
	return cache.Options{
		DefaultLabelSelector: applied,
		DefaultTransform:     object.Shrunk,
		ByObject: map[client.Object]cache.ByObject{
			&v1alpha1.Framework{}: all, &v1alpha1.FrameworkVersion{}: all, &v1alpha1.Instance{}: all, &v1alpha1.PlanExecution{}: all,
		},
	}
}

// watches are the kinds whose objects are watched, because kudoc applied one of them.
type watches struct {
	cache cache.Cache
	ctrl  controller.Controller
	mu    sync.Mutex
	kinds map[schema.GroupVersionKind]bool
}

func newWatches(c cache.Cache, ctrl controller.Controller) *watches {
	return &watches{cache: c, ctrl: ctrl, kinds: map[schema.GroupVersionKind]bool{}}
}

// ensure watches a kind from now on. A kind that cannot be watched is polled instead.
func (w *watches) ensure(ctx context.Context, gvk schema.GroupVersionKind) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.kinds[gvk] {
		return
	}
	meta := &metav1.PartialObjectMetadata{}
	meta.SetGroupVersionKind(gvk)
	err := w.ctrl.Watch(source.Kind(w.cache, client.Object(meta), handler.EnqueueRequestsFromMapFunc(instanceOfObject)))
	if err != nil {
		log.FromContext(ctx).Info("cannot watch kind, it is polled instead", "kind", gvk.String(), "reason", err.Error())
		return
	}
	w.kinds[gvk] = true
}

// instanceOfObject finds the Instance that an object was applied for.
func instanceOfObject(_ context.Context, o client.Object) []reconcile.Request {
	namespace := o.GetNamespace()
	if other, ok := o.GetAnnotations()[v1alpha1.AnnotationInstanceNamespace]; ok {
		namespace = other
	}
	return []reconcile.Request{{NamespacedName: types.NamespacedName{Namespace: namespace, Name: o.GetLabels()[v1alpha1.LabelInstance]}}}
}

// cached is what the watch has told of an object, or nil.
func (r *Reconciler) cached(ctx context.Context, gvk schema.GroupVersionKind, key client.ObjectKey) *metav1.PartialObjectMetadata {
	if !r.watches.synced(ctx, gvk) {
		return nil
	}
	o := &metav1.PartialObjectMetadata{}
	o.SetGroupVersionKind(gvk)
	if err := r.Get(ctx, key, o); err != nil {
		return nil // it is read from the API server, which says why
	}
	return o
}
