package kinds

import (
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Resource is the resource of a kind. The API machinery's guess holds for Kubernetes' own kinds; what it makes of gateway
// does not.
func Resource(kind string) string {
	if s := strings.ToLower(kind); len(s) > 1 && s[len(s)-1] == 'y' && strings.ContainsRune("aeiou", rune(s[len(s)-2])) {
		return s + "s"
	}
	r, _ := meta.UnsafeGuessKindToResource(schema.GroupVersionKind{Kind: kind})
	return r.Resource
}
