package known

import (
	"slices"
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

// Sights are what was seen last of objects, by Instance: of those of the running steps, and of those that may fall ill when
// nothing runs. An object that was healthy and has not changed since need not be read again.
type Sights struct {
	mu sync.Mutex
	m  map[types.NamespacedName]*sight
}

type sight struct {
	until   time.Time // when the objects may be looked at again
	healthy map[object.Identity]Healthy
	resting []resting
}

// resting is an object that was healthy, of an Instance of which nothing runs. There are many of them.
type resting struct {
	uid     types.UID
	version string
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
		v = &sight{}
		s.m[inst] = v
	}
	return v
}

// Note remembers a healthy object of a running step.
func (s *Sights) Note(inst types.NamespacedName, live *unstructured.Unstructured) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.of(inst)
	if v.healthy == nil {
		v.healthy = map[object.Identity]Healthy{}
	}
	v.healthy[object.Identify(live)] = Healthy{
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

// Rest remembers a healthy object of an Instance of which nothing runs.
func (s *Sights) Rest(inst types.NamespacedName, o client.Object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.of(inst).rest(resting{o.GetUID(), o.GetResourceVersion()})
}

func (v *sight) rest(now resting) {
	if at := slices.IndexFunc(v.resting, func(r resting) bool { return r.uid == now.uid }); at >= 0 {
		v.resting[at] = now
		return
	}
	v.resting = append(v.resting, now)
}

// Unchanged says whether an object of an Instance of which nothing runs is as it was when it was healthy.
func (s *Sights) Unchanged(inst types.NamespacedName, now client.Object) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.m[inst]
	return ok && slices.Contains(v.resting, resting{now.GetUID(), now.GetResourceVersion()})
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

// Keep is for an Instance of which nothing runs any more. It forgets all but objects of some kinds.
func (s *Sights) Keep(inst types.NamespacedName, kind func(schema.GroupKind) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.m[inst]
	if !ok {
		return
	}
	rest := &sight{}
	for id, h := range v.healthy {
		if kind(schema.GroupKind{Group: id.Group, Kind: id.Kind}) {
			rest.rest(resting{h.UID, h.version})
		}
	}
	if s.m[inst] = rest; len(rest.resting) == 0 {
		delete(s.m, inst)
	}
}

// Forget is for an Instance that does not exist any more.
func (s *Sights) Forget(inst types.NamespacedName) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.m, inst)
}
