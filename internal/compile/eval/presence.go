package eval

import (
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/expr"
)

// never is the guard that never holds.
var never = guard{{key: "false", x: expr.Lit(false)}}

func (g guard) impossible() bool { return len(g) == 1 && g[0].key == "false" }

// presence returns the conditions, any of which makes the field exist, as far as pc leaves them open; nil if it exists in
// any case.
func (ev *Evaluator) presence(a *Arc, pc guard) []guard {
	var out []guard
	for _, g := range a.present {
		if excludesAny(pc, g) {
			continue
		}
		open := g.minus(pc)
		if len(open) == 0 {
			return nil
		}
		out = append(out, open)
	}
	if len(out) == 0 {
		return []guard{never}
	}
	for i := range out { // c || !c
		for j := range out {
			if len(out[i]) == 1 && len(out[j]) == 1 && out[i][0].key == out[j][0].key && out[i][0].negated != out[j][0].negated {
				return nil
			}
		}
	}
	return out
}

// condition compiles a condition, among them presence tests: x != _|_.
func (ev *Evaluator) condition(x ast.Expr, sc *Scope) *expr.X {
	b, ok := x.(*ast.BinaryExpr)
	if !ok || b.Op != token.NEQ && b.Op != token.EQL {
		return ev.compile(x, sc)
	}
	if _, ok := b.Y.(*ast.BottomLit); !ok {
		return ev.compile(x, sc)
	}
	present := ev.isPresent(b.X, sc)
	if b.Op == token.EQL {
		return expr.Not(present)
	}
	return present
}

func (ev *Evaluator) isPresent(x ast.Expr, sc *Scope) *expr.X {
	s, ok := x.(*ast.SelectorExpr)
	if !ok {
		ev.fail(x, "a comparison with _|_ is supported for selections of fields only")
	}
	l, _ := ev.labelOf(s.Sel)
	switch base := ev.base(s.X, sc).(type) {
	case *Vertex:
		return ev.hasField(base, l, s)
	case *expr.X:
		return hasAll(base, l.Name)
	}
	ev.fail(x, "unsupported comparison with _|_")
	return nil
}

func (ev *Evaluator) hasField(v *Vertex, l Label, node ast.Node) *expr.X {
	if in := ev.inputs[v]; in != nil {
		v = in
	}
	a := v.Lookup(l)
	switch {
	case a == nil && len(v.syms)+len(v.parts) > 0:
		return hasAll(ev.toX(v, nil), l.Name)
	case a == nil && v.input != nil:
		ev.undefined(node, l, v)
	case a == nil:
		return expr.Lit(false)
	case v.input != nil && !a.optional:
		ev.refuse(node, "drop the condition, or declare the parameter optional (name?: type)", "%s is always set", l)
	case v.input != nil:
		return hasAll(v.input, l.Name)
	case a.optional:
		return expr.Lit(false)
	}
	when := ev.presence(a, ev.pc)
	if when == nil {
		return expr.Lit(true)
	}
	return anyOf(when)
}

// hasAll tests for a field, and for the optional fields on the way to it, without which CEL's has would fail.
func hasAll(x *expr.X, name string) *expr.X {
	var out *expr.X
	for y := x; y.Op == expr.OpSel; y = y.Args[0] {
		if f := y.Args[0].Type.Field(y.Name); y.Args[0].Type.Kind == expr.Struct && f != nil && f.Optional || y.Args[0].Type.Kind == expr.Map {
			out = expr.And(expr.Has(y.Args[0], y.Name), out)
		}
	}
	return expr.And(out, expr.Has(x, name))
}
