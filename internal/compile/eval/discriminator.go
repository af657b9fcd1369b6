package eval

import (
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/eval/descent"
	"github.com/kudoc/kudoc/internal/compile/eval/guard"
	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
	"github.com/kudoc/kudoc/internal/compile/eval/vertex"
	"github.com/kudoc/kudoc/internal/compile/expr"
)

// discriminated is a struct that is unified with a disjunction of structs, where a field that is a different constant in
// each of them decides: {kind: "a", x: int} | {kind: "b", y: int}. It is nil if the struct is not of that form.
func (ev *Evaluator) discriminated(v *vertex.Vertex, pc guard.Guard) *expr.X {
	c := v.Expand()
	if len(c.Scalars) != 1 || len(c.Scalars[0].Guard)+len(c.Parts)+len(c.Syms)+len(c.Patterns) > 0 {
		return nil
	}
	var options []vertex.Conjunct
	for _, o := range syntax.Disjuncts(c.Scalars[0].Expr) {
		if u, ok := o.(*ast.UnaryExpr); ok && u.Op == token.MUL {
			o = u.X // of several, one is left, whichever is the default
		}
		options = append(options, c.Scalars[0].With(c.Scalars[0].Scope, o))
	}
	if len(options) < 2 {
		return nil
	}
	tag, values := ev.discriminator(v, options)
	if tag == nil {
		return nil
	}
	x := ev.Value(tag.Vertex, pc)
	if s, ok := x.Constant(); ok {
		for i, o := range options {
			if values[i] == s {
				return ev.Value(v.Alternative(o), pc)
			}
		}
		ev.Conflict(nil, "%s: no alternative has %s: %s", v.Path(), tag.Label, s)
	}
	if x.Type.Kind != expr.String {
		return nil
	}
	out := expr.Fail(v.Path()+": no alternative has this "+tag.Label.String(), ev.Where)
	for i := len(options) - 1; i >= 0; i-- {
		is := expr.Equal(x, expr.Lit(values[i]))
		out = expr.If(is, ev.Value(v.Alternative(options[i]), pc.And(guard.Of(is)...)), out)
	}
	return out
}

// discriminator finds a field of v that is a different string in each option.
func (ev *Evaluator) discriminator(v *vertex.Vertex, options []vertex.Conjunct) (*vertex.Arc, []string) {
	for _, a := range v.Expand().Arcs {
		if a.Label.Kind != vertex.Regular || a.Optional || a.Presence(nil) != nil {
			continue
		}
		var values []string
		seen := map[string]bool{}
		for _, o := range options {
			s, ok := ev.constantField(o, a.Label)
			if !ok || seen[s] {
				break
			}
			seen[s] = true
			values = append(values, s)
		}
		if len(values) == len(options) {
			return a, values
		}
	}
	return nil, nil
}

// constantField is the value of a field of an option that is a plain struct, if it is a string constant.
func (ev *Evaluator) constantField(option vertex.Conjunct, l vertex.Label) (string, bool) {
	o := ev.Anonymous(option.Expr, option.Scope)
	is, a := o.Expand(), o.Lookup(l)
	if !is.IsStruct || len(is.Scalars) > 0 || a == nil || a.Optional || a.Presence(nil) != nil {
		return "", false
	}
	src, ok := ev.sourceOf(func() string { return ev.vertexSource(a.Vertex) })
	if !ok {
		return "", false
	}
	val, ok := ev.Fold(src, descent.At(ev.Where))
	s, isText := val.(string)
	return s, ok && isText
}
