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
