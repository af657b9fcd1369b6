package execution

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// stampPatch marks what a Patch task sets of an object with a digest of it, under a name of just this patch, so that what
// several tasks and Instances set of one object stays apart.
func (r *Run) stampPatch(u *unstructured.Unstructured, task string) {
	content, err := json.Marshal(u.Object)
	if err != nil { // it came out of JSON types
		content = []byte(err.Error())
	}
	name := r.Instance.Name + "-" + short(fmt.Appendf(nil, "%s\x00%s\x00%s\x00%s", r.Instance.Namespace, task, u.GroupVersionKind(), u.GetName()))
	setAnnotation(u, v1alpha1.PrefixPatched+name, short(content))
}

// FieldManager is the one as which a stamped object is applied.
func FieldManager(u *unstructured.Unstructured) string {
	for key := range u.GetAnnotations() {
		if name, patch := strings.CutPrefix(key, v1alpha1.PrefixPatched); patch {
			return v1alpha1.FieldManager + "-" + name
		}
	}
	return v1alpha1.FieldManager
}

// short is enough of a SHA-256 to tell a few things apart.
func short(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])[:8]
}
