package object

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

func TestTheCacheKeepsWhatTellsWhetherAnObjectHasChanged(t *testing.T) {
	const applied = `
apiVersion: v1
kind: ConfigMap
metadata:
  name: a
  namespace: ns
  uid: "1"
  labels: {kudoc.dev/instance: i, other: label}
  annotations: {kudoc.dev/yields: "data.size", cache.kudoc.dev/owned: faked, other: annotation}
  managedFields:
    - {manager: kudoc, operation: Apply, apiVersion: v1, fieldsType: FieldsV1, fieldsV1: {"f:data": {"f:size": {}, "f:text": {}}}}
    - {manager: other, operation: Update, apiVersion: v1, fieldsType: FieldsV1, fieldsV1: {"f:metadata": {}}}
`
	read := func(change func(*metav1.PartialObjectMetadata)) *metav1.PartialObjectMetadata {
		m := &metav1.PartialObjectMetadata{}
		if err := yaml.Unmarshal([]byte(applied), m); err != nil {
			t.Fatal(err)
		}
		change(m)
		return m
	}
	cached := func(m *metav1.PartialObjectMetadata) *metav1.PartialObjectMetadata {
		out, err := Shrunk(m)
		if err != nil {
			t.Fatal(err)
		}
		return out.(*metav1.PartialObjectMetadata)
	}
	fields := func(text string) func(*metav1.PartialObjectMetadata) {
		return func(m *metav1.PartialObjectMetadata) { m.ManagedFields[0].FieldsV1.SetRawBytes([]byte(text)) }
	}
	same := read(func(*metav1.PartialObjectMetadata) {})
	want := &metav1.PartialObjectMetadata{TypeMeta: same.TypeMeta, ObjectMeta: metav1.ObjectMeta{
		Name: "a", Namespace: "ns", UID: "1", Labels: map[string]string{"kudoc.dev/instance": "i"}, Annotations: map[string]string{annotationOwned: Owned(same)},
	}}
	for name, got := range map[string]*metav1.PartialObjectMetadata{"once": cached(same), "twice": cached(cached(same))} {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("what the cache keeps, asked %s (-want +got):\n%s", name, diff)
		}
	}
	for name, tc := range map[string]struct {
		change func(*metav1.PartialObjectMetadata)
		same   bool
	}{
		"nothing has changed":               {func(*metav1.PartialObjectMetadata) {}, true},
		"others have added something":       {func(m *metav1.PartialObjectMetadata) { m.ManagedFields = append(m.ManagedFields, m.ManagedFields[1]) }, true},
		"others have taken a field":         {fields(`{"f:data":{"f:size":{}}}`), false},
		"others have taken a yielded one":   {fields(`{"f:data":{"f:text":{}}}`), true},
		"somebody applies more as kudoc":    {fields(`{"f:data":{"f:more":{},"f:size":{},"f:text":{}}}`), false},
		"nothing is left of what was kudoc": {func(m *metav1.PartialObjectMetadata) { m.ManagedFields = m.ManagedFields[1:] }, false},
	} {
		m := read(tc.change)
		if got := OwnedInCache(cached(m)); (got == Owned(same)) != tc.same || got != Owned(m) {
			t.Errorf("%s: the digest is %s in the cache, %s in the cluster, and was %s", name, got, Owned(m), Owned(same))
		}
	}
}
