package known

import (
	"testing"
	"testing/synctest"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// appliedAs is an object as a step applied it, at a version.
func appliedAs(kind, stamp, uid, version string) *unstructured.Unstructured {
	u := &unstructured.Unstructured{}
	u.SetAPIVersion(map[string]string{"StatefulSet": "apps/v1", "ConfigMap": "v1"}[kind])
	u.SetKind(kind)
	u.SetNamespace("n")
	u.SetName("a")
	u.SetAnnotations(map[string]string{v1alpha1.AnnotationApplied: stamp})
	u.SetUID(types.UID(uid))
	u.SetResourceVersion(version)
	return u
}

func TestAnObjectThatWasHealthyIsReadAgainOnlyWhenItHasChanged(t *testing.T) {
	watched := func(uid, version string) func() *metav1.PartialObjectMetadata {
		return func() *metav1.PartialObjectMetadata {
			return &metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{UID: types.UID(uid), ResourceVersion: version}}
		}
	}
	nothing := func() *metav1.PartialObjectMetadata { return nil }
	for name, tc := range map[string]struct {
		stamp  string
		after  time.Duration
		cached func() *metav1.PartialObjectMetadata
		want   bool
	}{
		"just applied, before a watch tells of it": {"1", 0, nothing, true},
		"a watch tells of what was seen":           {"1", time.Minute, watched("u", "7"), true},
		"it has changed since":                     {"1", time.Minute, watched("u", "8"), false},
		"it was made anew":                         {"1", time.Minute, watched("v", "7"), false},
		"no watch knows it":                        {"1", time.Minute, nothing, false},
		"another step wants something else of it":  {"2", 0, watched("u", "7"), false},
	} {
		synctest.Test(t, func(t *testing.T) {
			s, inst := &Sights{}, types.NamespacedName{Namespace: "n", Name: "i"}
			s.Note(inst, appliedAs("StatefulSet", "1", "u", "7"))
			time.Sleep(tc.after)
			if _, got := s.Seen(inst, appliedAs("StatefulSet", tc.stamp, "", ""), tc.cached); got != tc.want {
				t.Errorf("%s: it is known: %t", name, got)
			}
		})
	}
}

func TestWhatIsKeptOfAnInstanceThatRestsIsWhatCanFallIll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, inst := &Sights{}, types.NamespacedName{Namespace: "n", Name: "i"}
		set, config := appliedAs("StatefulSet", "1", "u", "7"), appliedAs("ConfigMap", "1", "c", "8")
		s.Note(inst, set)
		s.Note(inst, config)
		if s.Settle(inst); s.Left(inst) != settling {
			t.Errorf("it is left alone for %s", s.Left(inst))
		}
		s.Keep(inst, func(k schema.GroupKind) bool { return k.Group == "apps" })
		if s.Left(inst) > 0 || !s.Unchanged(inst, set) || s.Unchanged(inst, config) {
			t.Errorf("%s are left, and what is known is %v", s.Left(inst), s.m[inst])
		}
		changed := set.DeepCopy()
		changed.SetResourceVersion("9")
		if s.Unchanged(inst, changed) {
			t.Error("it has changed")
		}
		if s.Rest(inst, changed); !s.Unchanged(inst, changed) || len(s.m[inst].resting) != 1 {
			t.Errorf("when it is healthy again, what is known is %v", s.m[inst].resting)
		}
		s.Keep(inst, func(schema.GroupKind) bool { return false })
		if len(s.m) > 0 {
			t.Errorf("%v is kept of an instance without workloads", s.m)
		}
	})
}
