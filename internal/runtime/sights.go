package runtime

import (
	"context"
	"maps"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/runtime/object"
)

const (
	// settling is how long the objects of a step are left alone before they are looked at again: those that become healthy change
	// several times within a moment.
	settling = 250 * time.Millisecond
	// fresh is how long an object is believed to be as an apply left it, before the watch has told of it.
	fresh = time.Second
)

// sights are what was seen last of the objects of the running steps, by Instance. An object that was healthy and has not changed
// since need not be read again.
type sights struct {
	mu sync.Mutex
	m  map[types.NamespacedName]*sight
}

type sight struct {
	until   time.Time // when the objects may be looked at again
	healthy map[object.Identity]healthy
}

// healthy is an object of a running step that was healthy.
type healthy struct {
	applied, version, fields string
	uid                      types.UID
	at                       time.Time
}

// of is called under the lock.
func (s *sights) of(inst types.NamespacedName) *sight {
	if s.m == nil {
		s.m = map[types.NamespacedName]*sight{}
	}
	v, ok := s.m[inst]
	if !ok {
		v = &sight{healthy: map[object.Identity]healthy{}}
		s.m[inst] = v
	}
	return v
}

// note remembers a healthy object.
func (s *sights) note(inst types.NamespacedName, live *unstructured.Unstructured) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.of(inst).healthy[object.Identify(live)] = healthy{
		applied: live.GetAnnotations()[v1alpha1.AnnotationApplied], version: live.GetResourceVersion(), uid: live.GetUID(),
		fields: object.Owned(live), at: time.Now(),
	}
}

// seen is what was noted of an object as it is wanted, if it was healthy and has not changed since.
func (r *Reconciler) seen(ctx context.Context, inst types.NamespacedName, want *unstructured.Unstructured) (healthy, bool) {
	r.sights.mu.Lock()
	h, ok := r.sights.of(inst).healthy[object.Identify(want)]
	r.sights.mu.Unlock()
	if !ok || h.applied != want.GetAnnotations()[v1alpha1.AnnotationApplied] {
		return h, false
	}
	if time.Since(h.at) < fresh {
		return h, true
	}
	cached := r.cached(ctx, want.GroupVersionKind(), client.ObjectKeyFromObject(want))
	return h, cached != nil && cached.UID == h.uid && cached.ResourceVersion == h.version
}

// unchanged says whether an object is as it was when it was healthy.
func (s *sights) unchanged(inst types.NamespacedName, id object.Identity, now client.Object) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.m[inst]
	return ok && v.healthy[id].uid == now.GetUID() && v.healthy[id].version == now.GetResourceVersion()
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

// left is how long the objects of an Instance are still left alone.
func (s *sights) left(inst types.NamespacedName) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, ok := s.m[inst]; ok {
		return time.Until(v.until)
	}
	return 0
}

// settle leaves the objects of an Instance alone for a moment.
func (s *sights) settle(inst types.NamespacedName) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.of(inst).until = time.Now().Add(settling)
}

// keep forgets all but objects of some kinds, and looks at them whenever they change.
func (s *sights) keep(inst types.NamespacedName, kind func(schema.GroupKind) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.m[inst]
	if !ok {
		return
	}
	v.until = time.Time{}
	maps.DeleteFunc(v.healthy, func(id object.Identity, _ healthy) bool {
		return !kind(schema.GroupKind{Group: id.Group, Kind: id.Kind})
	})
	if len(v.healthy) == 0 {
		delete(s.m, inst)
	}
}

func (s *sights) forget(inst types.NamespacedName) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.m, inst)
}
