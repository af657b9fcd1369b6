package object

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// Owned is a digest of the fields of an object that kudoc has applied and that nobody has changed or removed since: server-side
// apply takes a field from kudoc when another manager gives it another value. It is empty for an object without any.
func Owned(o client.Object) string {
	for _, m := range o.GetManagedFields() {
		if m.Manager == v1alpha1.FieldManager && m.Operation == metav1.ManagedFieldsOperationApply && m.FieldsV1 != nil {
			sum := sha256.Sum256(withoutYielded(o, m.FieldsV1.GetRawBytes()))
			return hex.EncodeToString(sum[:])[:16]
		}
	}
	return ""
}

// yielded are the fields that an object leaves to others once they have set them, as paths.
func yielded(o client.Object) [][]string {
	var out [][]string
	for f := range strings.SplitSeq(o.GetAnnotations()[v1alpha1.AnnotationYields], ",") {
		if f = strings.TrimSpace(f); f != "" {
			out = append(out, strings.Split(f, "."))
		}
	}
	return out
}

// withoutYielded takes the fields that an object yields out of a set of fields, as managed fields are stored. A set that cannot
// be read stays as it is.
func withoutYielded(o client.Object, raw []byte) []byte {
	paths := yielded(o)
	if len(paths) == 0 {
		return raw
	}
	set := &fieldpath.Set{}
	if err := set.FromJSON(bytes.NewReader(raw)); err != nil {
		return raw
	}
	for _, p := range paths {
		path, err := fieldpath.MakePath(names(p)...)
		if err != nil {
			return raw
		}
		set = set.RecursiveDifference(fieldpath.NewSet(path))
	}
	rest, err := set.ToJSON()
	if err != nil {
		return raw
	}
	return rest
}

// yield takes the fields that an object yields out of what is applied, where another manager has set them.
func yield(u, live *unstructured.Unstructured) error {
	for _, p := range yielded(u) {
		for _, m := range live.GetManagedFields() {
			if m.Manager == v1alpha1.FieldManager || m.FieldsV1 == nil {
				continue
			}
			set := &fieldpath.Set{}
			if err := set.FromJSON(bytes.NewReader(m.FieldsV1.GetRawBytes())); err != nil {
				return fmt.Errorf("read the managed fields of %s: %w", m.Manager, err)
			}
			path, err := fieldpath.MakePath(names(p)...)
			if err != nil {
				return fmt.Errorf("annotation %s: %w", v1alpha1.AnnotationYields, err)
			}
			if below(set, path) {
				unstructured.RemoveNestedField(u.Object, p...)
			}
		}
	}
	return nil
}

// below says whether a set has a field, or one in it.
func below(set *fieldpath.Set, path fieldpath.Path) bool {
	if set.Has(path) {
		return true
	}
	for _, element := range path {
		set = set.WithPrefix(element)
	}
	return !set.Empty()
}

func names(path []string) []any {
	out := make([]any, len(path))
	for i, p := range path {
		out[i] = p
	}
	return out
}

// Change is what a manager has changed of an object after kudoc applied it.
type Change struct {
	Manager string
	// Fields are those that it manages and kudoc does not, as paths.
	Fields []string
}

// Changes lists who has changed an object after kudoc applied it, sorted.
func Changes(o client.Object) []Change {
	own := &fieldpath.Set{}
	var applied *metav1.Time
	for _, m := range o.GetManagedFields() {
		if m.Manager == v1alpha1.FieldManager && m.Operation == metav1.ManagedFieldsOperationApply {
			applied, own = m.Time, fieldsOf(m)
		}
	}
	fields := map[string][]string{}
	for _, m := range o.GetManagedFields() {
		later := applied == nil || m.Time != nil && !m.Time.Before(applied)
		if m.Manager == v1alpha1.FieldManager || m.Subresource != "" || !later {
			continue
		}
		fields[m.Manager] = append(fields[m.Manager], []string{}...)
		fieldsOf(m).Leaves().Difference(own).Iterate(func(p fieldpath.Path) {
			fields[m.Manager] = append(fields[m.Manager], p.String())
		})
	}
	var out []Change
	for _, manager := range slices.Sorted(maps.Keys(fields)) {
		slices.Sort(fields[manager])
		out = append(out, Change{manager, slices.Compact(fields[manager])})
	}
	return out
}

// fieldsOf are the fields of an entry of managed fields; none if it cannot be read.
func fieldsOf(m metav1.ManagedFieldsEntry) *fieldpath.Set {
	set := &fieldpath.Set{}
	if m.FieldsV1 == nil || set.FromJSON(bytes.NewReader(m.FieldsV1.GetRawBytes())) != nil {
		return &fieldpath.Set{}
	}
	return set
}
