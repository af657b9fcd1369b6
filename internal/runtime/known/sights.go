package known

import (
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

// Sights are what was seen last of the objects of the running steps, by Instance. An object that was healthy and has not changed
// since need not be read again.
type Sights struct {
	mu sync.Mutex
	m  map[types.NamespacedName]*sight
}

type sight struct {
	until   time.Time // when the objects may be looked at again
	healthy map[object.Identity]Healthy
}

// Healthy is an object that was healthy.
type Healthy struct {
	UID types.UID
	// Fields is a digest of what kudoc owns of it.
	Fields           string
	applied, version string
	at               time.Time
}

// of is called under the lock.
func (s *Sights) of(inst types.NamespacedName) *sight {
	if s.m == nil {
		s.m = map[types.NamespacedName]*sight{}
	}
	v, ok := s.m[inst]
	if !ok {
		v = &sight{healthy: map[object.Identity]Healthy{}}
		s.m[inst] = v
	}
	return v
}

// Note remembers a healthy object.
func (s *Sights) Note(inst types.NamespacedName, live *unstructured.Unstructured) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.of(inst).healthy[object.Identify(live)] = Healthy{
		applied: live.GetAnnotations()[v1alpha1.AnnotationApplied], version: live.GetResourceVersion(), UID: live.GetUID(),
		Fields: object.Owned(live), at: time.Now(),
	}
}

// Seen is what was noted of an object as it is wanted, if it was healthy and has not changed since; cached asks what a watch has
// told of it, which may be nothing.
func (s *Sights) Seen(inst types.NamespacedName, want *unstructured.Unstructured, cached func() *metav1.PartialObjectMetadata) (Healthy, bool) {
	s.mu.Lock()
	h, ok := s.of(inst).healthy[object.Identify(want)]
	s.mu.Unlock()
	if !ok || h.applied != want.GetAnnotations()[v1alpha1.AnnotationApplied] {
		return Healthy{}, false
	}
	if time.Since(h.at) < fresh {
		return h, true
	}
	now := cached()
	return h, now != nil && now.UID == h.UID && now.ResourceVersion == h.version
}

// Unchanged says whether an object is as it was when it was healthy.
func (s *Sights) Unchanged(inst types.NamespacedName, id object.Identity, now client.Object) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.m[inst]
	return ok && v.healthy[id].UID == now.GetUID() && v.healthy[id].version == now.GetResourceVersion()
}

// Left is how long the objects of an Instance are still left alone.
func (s *Sights) Left(inst types.NamespacedName) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, ok := s.m[inst]; ok {
		return time.Until(v.until)
	}
	return 0
}

// Settle leaves the objects of an Instance alone for a moment.
func (s *Sights) Settle(inst types.NamespacedName) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.of(inst).until = time.Now().Add(settling)
}

// Keep forgets all but objects of some kinds, and looks at them whenever they change.
func (s *Sights) Keep(inst types.NamespacedName, kind func(schema.GroupKind) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.m[inst]
	if !ok {
		return
	}
	v.until = time.Time{}
	maps.DeleteFunc(v.healthy, func(id object.Identity, _ Healthy) bool {
		return !kind(schema.GroupKind{Group: id.Group, Kind: id.Kind})
	})
	if len(v.healthy) == 0 {
		delete(s.m, inst)
	}
}

// Forget is for an Instance that does not exist any more.
func (s *Sights) Forget(inst types.NamespacedName) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.m, inst)
}
