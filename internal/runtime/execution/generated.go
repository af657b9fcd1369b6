package execution

import (
	"maps"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// GeneratedSecret is the name of the Secret that holds what is generated for an Instance.
func GeneratedSecret(instance string) string { return instance + "-generated" }

// WithGenerated adds references to the secrets that are generated for an Instance because it sets no others.
func WithGenerated(params []v1alpha1.Parameter, instance string, given map[string]any) map[string]any {
	names := Generated(params, given)
	if len(names) == 0 {
		return given
	}
	out := maps.Clone(given)
	if out == nil {
		out = map[string]any{}
	}
	for _, name := range names {
		out[name] = map[string]any{"name": GeneratedSecret(instance), "key": name}
	}
	return out
}

// Generated are the names of the parameters for which a secret is generated.
func Generated(params []v1alpha1.Parameter, given map[string]any) []string {
	var out []string
	for _, p := range params {
		if _, set := given[p.Name]; p.Generate > 0 && !set {
			out = append(out, p.Name)
		}
	}
	return out
}
