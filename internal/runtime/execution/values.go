package execution

import (
	"encoding/json"

	k8sruntime "k8s.io/apimachinery/pkg/runtime"

	"github.com/kudoc/kudoc/internal/render"
)

// Values decodes stored JSON; what cannot be decoded is refused where it is written, so here it is empty.
func Values(raw *k8sruntime.RawExtension) map[string]any {
	if raw == nil || len(raw.Raw) == 0 || !json.Valid(raw.Raw) {
		return map[string]any{}
	}
	out, err := render.DecodeJSON(raw.Raw)
	if err != nil || out == nil {
		return map[string]any{}
	}
	return out
}

// Raw stores effective parameters, so that Values reads them.
func Raw(params map[string]any) *k8sruntime.RawExtension {
	b, err := json.Marshal(params)
	if err != nil { // they came out of JSON types
		return nil
	}
	return &k8sruntime.RawExtension{Raw: b}
}
