package object

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// Owned is a digest of the fields of an object that kudoc has applied and that nobody has changed or removed since: server-side
// apply takes a field from kudoc when another manager gives it another value. It is empty for an object without any.
func Owned(o client.Object) string {
	for _, m := range o.GetManagedFields() {
		if m.Manager == v1alpha1.FieldManager && m.Operation == metav1.ManagedFieldsOperationApply && m.FieldsV1 != nil {
			sum := sha256.Sum256(m.FieldsV1.GetRawBytes())
			return hex.EncodeToString(sum[:])[:16]
		}
	}
	return ""
}

// Changers are the managers that have changed an object after kudoc applied it.
func Changers(o client.Object) []string {
	var applied *metav1.Time
	for _, m := range o.GetManagedFields() {
		if m.Manager == v1alpha1.FieldManager && m.Operation == metav1.ManagedFieldsOperationApply {
			applied = m.Time
		}
	}
	var out []string
	for _, m := range o.GetManagedFields() {
		later := applied == nil || m.Time != nil && !m.Time.Before(applied)
		if m.Manager != v1alpha1.FieldManager && m.Subresource == "" && later && !slices.Contains(out, m.Manager) {
			out = append(out, m.Manager)
		}
	}
	slices.Sort(out)
	return out
}
