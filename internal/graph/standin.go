package graph

import (
	"encoding/json"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/render/parameter"
)

// standIns are values for parameters and outputs that have to be there and have no default: their names, zeros and ones. What
// is drawn depends on them only where they become part of the name of an object.
func standIns(ps []v1alpha1.Parameter) map[string]any {
	out := map[string]any{}
	for _, p := range ps {
		var s parameter.Schema
		if p.Optional || json.Unmarshal(p.Schema.Raw, &s) != nil {
			continue
		}
		if v := standIn(p.Name, &s); v != nil {
			out[p.Name] = v
		}
	}
	return out
}

// standIn is nil where there is a default.
func standIn(name string, s *parameter.Schema) any {
	if s.Default != nil || s.DefaultExpr != "" {
		return nil
	}
	switch s.Type {
	case "string", "any":
		return name
	case "int", "number":
		return int64(1)
	case "bool":
		return false
	case "struct":
		out := map[string]any{}
		for i := range s.Fields {
			f := &s.Fields[i]
			if v := standIn(f.Name, &f.Schema); v != nil && !f.Optional {
				out[f.Name] = v
			}
		}
		return out
	}
	return nil
}
