package eval

import (
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/expr"
)

// discriminated is a struct that is unified with a disjunction of structs, where a field that is a different constant in
// each of them decides: {kind: "a", x: int} | {kind: "b", y: int}. It is nil if the struct is not of that form.
func (ev *Evaluator) discriminated(v *Vertex, pc guard) *expr.X {
	if len(v.scalars) != 1 || len(v.scalars[0].guard)+len(v.parts)+len(v.syms)+len(v.patterns) > 0 {
		return nil
	}
	options := Disjuncts(v.scalars[0].expr)
	if len(options) < 2 {
		return nil
	}
	for i, o := range options {
		if u, ok := o.(*ast.UnaryExpr); ok && u.Op == token.MUL {
			options[i] = u.X // of several, one is left, whichever is the default
		}
	}
	tag, values := ev.discriminator(v, options)
	if tag == nil {
		return nil
	}
	x := ev.toX(tag.Vertex, pc)
	if s, ok := x.Constant(); ok {
		for i, o := range options {
			if values[i] == s {
				return ev.toX(v.alternative(o), pc)
			}
		}
		raise(&Error{Pos: ev.where, Msg: v.Path() + ": no alternative has " + tag.Label.String() + ": " + s, Conflict: true})
	}
	if x.Type.Kind != expr.String {
		return nil
	}
	out := expr.Fail(v.Path()+": no alternative has this "+tag.Label.String(), ev.where)
	for i := len(options) - 1; i >= 0; i-- {
		is := expr.Equal(x, expr.Lit(values[i]))
		out = expr.If(is, ev.toX(v.alternative(options[i]), pc.and(atomsOf(is)...)), out)
	}
	return out
}

// discriminator finds a field of v that is a different string in each option.
func (ev *Evaluator) discriminator(v *Vertex, options []ast.Expr) (*Arc, []string) {
	for _, a := range v.arcs {
		if a.Label.Kind != Regular || a.optional || ev.presence(a, nil) != nil {
			continue
		}
		var values []string
		seen := map[string]bool{}
		for _, o := range options {
			s, ok := ev.constantField(v.scalars[0].with(v.scalars[0].scope, o), a.Label)
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
func (ev *Evaluator) constantField(option conj, l Label) (string, bool) {
	o := ev.anonymous(option.scope, option.expr)
	o.expand()
	a := o.index[l]
	if !o.isStruct || len(o.scalars) > 0 || a == nil || a.optional || ev.presence(a, nil) != nil {
		return "", false
	}
	src, ok := ev.sourceOf(func() string { return ev.vertexSource(a.Vertex) })
	if !ok {
		return "", false
	}
	val, ok := ev.static(src, at(ev.where))
	s, isText := val.(string)
	return s, ok && isText
}

// alternative is v with one option instead of the disjunction. Its fields see each other, not those of v.
func (v *Vertex) alternative(option ast.Expr) *Vertex {
	out := v.ev.vertex(v.parent, v.label)
	out.arc, out.pos, out.isDef = v.arc, v.pos, v.isDef
	out.conjs = []conj{v.scalars[0].with(v.scalars[0].scope, option)}
	for _, a := range v.arcs {
		b := out.field(a.Label)
		b.optional, b.required, b.decls, b.Vertex.pos = a.optional, a.required, a.decls, a.Vertex.pos
		b.present = append(b.present, a.present...)
		for _, cj := range a.Vertex.conjs {
			cj.scope = cj.scope.within(v, out)
			b.Vertex.conjs = append(b.Vertex.conjs, cj)
		}
	}
	return out
}
