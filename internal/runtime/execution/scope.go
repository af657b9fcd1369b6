package execution

import (
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kudoc/kudoc/internal/kinds"
)

// MappedScope asks the API server, through a RESTMapper.
func MappedScope(mapper meta.RESTMapper) Scope {
	return func(gvk schema.GroupVersionKind) (bool, error) {
		m, err := mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
		if err != nil {
			return false, fmt.Errorf("look up %s: %w", gvk.GroupKind(), err)
		}
		return m.Scope.Name() == meta.RESTScopeNameNamespace, nil
	}
}

// OfflineScope knows the kinds of Kubernetes, and takes every other kind for a namespaced one.
func OfflineScope(gvk schema.GroupVersionKind) (bool, error) {
	return !kinds.ClusterScoped(gvk.GroupKind()), nil
}
