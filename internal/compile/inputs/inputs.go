// Package inputs says what expressions may read besides the parameters: what the controller tells, as the context.cue of
// the language declares it.
package inputs

import "github.com/kudoc/kudoc/internal/compile/expr"

// Context are the names in a fixed order.
var Context = []string{"instance", "framework", "previous", "plan", "phase", "step", "execution", "object"}

// Plan is the type of plan without its parameters, which are those of the plans.
func Plan() *expr.Type { return strings("name") }

// Types are the types of the context. The parameters are those of the framework; those of plans are joined.
func Types(params, planParams *expr.Type) map[string]*expr.Type {
	if planParams == nil {
		planParams = &expr.Type{Kind: expr.Struct}
	}
	plan := Plan()
	plan.Fields = append(plan.Fields, expr.Field{Name: "params", Type: planParams})
	return map[string]*expr.Type{
		"instance": strings("name", "namespace", "uid"), "framework": strings("name", "version"), "phase": strings("name"),
		"step": strings("name"), "execution": strings("name", "uid"), "plan": plan,
		"object":   expr.TAny,
		"previous": {Kind: expr.Struct, Fields: []expr.Field{{Name: "params", Type: previous(params)}}},
	}
}

// Required are the outputs of the Instance that meets a requirement: requires.NAME.outputs.
func Required(name string, outputs *expr.Type) *expr.X {
	of := func(field string, t *expr.Type) *expr.Type {
		return &expr.Type{Kind: expr.Struct, Fields: []expr.Field{{Name: field, Type: t}}}
	}
	met := of("outputs", outputs)
	return expr.Sel(expr.Sel(expr.Var("requires", of(name, met)), name, met), "outputs", outputs)
}

// previous is the type of the parameters that were applied before: any of them may be absent, and an integer may be out of
// bounds that another version of the framework did not have.
func previous(params *expr.Type) *expr.Type {
	out := &expr.Type{Kind: expr.Struct}
	for _, f := range params.Fields {
		out.Fields = append(out.Fields, expr.Field{Name: f.Name, Optional: true, Type: unbounded(f.Type)})
	}
	return out
}

// unbounded is a type without the bounds of integers.
func unbounded(t *expr.Type) *expr.Type {
	if t == nil {
		return nil
	}
	out := &expr.Type{Kind: t.Kind, Elem: unbounded(t.Elem)}
	for _, f := range t.Fields {
		out.Fields = append(out.Fields, expr.Field{Name: f.Name, Optional: f.Optional, Type: unbounded(f.Type)})
	}
	return out
}

func strings(names ...string) *expr.Type {
	t := &expr.Type{Kind: expr.Struct}
	for _, n := range names {
		t.Fields = append(t.Fields, expr.Field{Name: n, Type: expr.TString})
	}
	return t
}

// Reads says whether an expression, with the shared ones that it mentions, reads an input.
func Reads(x *expr.X, locals map[string]*expr.X, input string) bool {
	return x != nil && expr.Expand(x, locals).Vars()[input]
}
