package runtime

import (
	"context"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
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
	if !r.watches.synced(ctx, want.GroupVersionKind()) {
		return h, false
	}
	cached := &metav1.PartialObjectMetadata{}
	cached.SetGroupVersionKind(want.GroupVersionKind())
	err := r.Get(ctx, client.ObjectKeyFromObject(want), cached)
	return h, err == nil && cached.UID == h.uid && cached.ResourceVersion == h.version
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

func (s *sights) forget(inst types.NamespacedName) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.m, inst)
}
