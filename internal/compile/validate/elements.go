package validate

import (
	"encoding/json"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/render"
	"github.com/kudoc/kudoc/internal/render/parameter"
)

// admitted are values for an element that its schema accepts on its own. One element that is refused spoils its whole list,
// so that hardly any list would be accepted if elements were taken as they come. Where the schema reads other parameters,
// nothing is known, and all values are as good.
func (g *generator) admitted(s *parameter.Schema) []any {
	all := g.values(s)
	accepts, err := alone(s)
	if err != nil {
		return all
	}
	var good []any
	for _, v := range all {
		if accepts(v) {
			good = append(good, v)
		}
	}
	if len(good) == 0 {
		return all
	}
	return good
}

// alone is the judgement of a schema about a value, without other parameters.
func alone(s *parameter.Schema) (func(v any) bool, error) {
	raw, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	p := v1alpha1.Parameter{Name: "value"}
	p.Schema.Raw = raw
	program, err := render.Load(&v1alpha1.FrameworkVersionSpec{TemplateFormat: render.FormatVersion, Parameters: []v1alpha1.Parameter{p}})
	if err != nil {
		return nil, err
	}
	return func(v any) bool {
		_, err := program.Params(map[string]any{"value": v})
		return err == nil
	}, nil
}

func (g *generator) lists(s *parameter.Schema) []any {
	elems := g.admitted(s.Elem)
	if len(elems) == 0 {
		return []any{[]any{}}
	}
	pick := func() any { return elems[g.random.IntN(len(elems))] }
	out := []any{[]any{elems[0]}, []any{}, []any{elems[0], elems[len(elems)/2]}, []any{elems[0], elems[0]}}
	for i := range 4 {
		out = append(out, []any{elems[i%len(elems)]}, []any{pick()}, []any{pick(), pick(), pick()})
	}
	return out
}

func (g *generator) maps(s *parameter.Schema) []any {
	elems := g.admitted(s.Elem)
	if len(elems) == 0 {
		return []any{map[string]any{}}
	}
	keys := []string{"a", "app.kubernetes.io/name", "b-c", "é", "$x", "app", "key with spaces", "zz"}
	for _, k := range g.strings(s.Keys) {
		if s.Keys != "" {
			keys = append([]string{k.(string)}, keys...)
		}
	}
	pick := func() any { return elems[g.random.IntN(len(elems))] }
	out := []any{map[string]any{}}
	for i, k := range keys {
		out = append(out, map[string]any{k: elems[i%len(elems)]}, map[string]any{k: pick(), keys[(i+1)%len(keys)]: pick()})
	}
	return out
}

// structs are values for a struct that is an element: with all fields, with the necessary ones, and mixed.
func (g *generator) structs(s *parameter.Schema) []any {
	var out []any
	for i := range 8 {
		v := map[string]any{}
		for j := range s.Fields {
			f := &s.Fields[j]
			needed := !f.Optional && f.Default == nil && f.DefaultExpr == "" && f.Type != "list" && f.Type != "map" && f.Type != "struct"
			vals := g.admitted(&f.Schema)
			switch {
			case len(vals) == 0:
			case i == 0 || needed && i == 1:
				v[f.Name] = vals[0]
			case needed || g.random.IntN(2) == 0:
				v[f.Name] = vals[g.random.IntN(len(vals))]
			}
		}
		out = append(out, v)
	}
	return out
}
