package eval

import (
	"cuelang.org/go/cue/ast"

	"github.com/kudoc/kudoc/internal/compile/eval/guard"
	"github.com/kudoc/kudoc/internal/compile/eval/vertex"
	"github.com/kudoc/kudoc/internal/compile/expr"
)

// Present is the condition under which the field exists that an expression selects.
func (ev *Evaluator) Present(x ast.Expr, sc *vertex.Scope) *expr.X {
	var of ast.Expr
	var l vertex.Label
	switch y := x.(type) {
	case *ast.SelectorExpr:
		of = y.X
		l, _ = ev.LabelOf(y.Sel)
	case *ast.IndexExpr:
		name, constant := ev.Compile(y.Index, sc).Constant()
		if !constant {
			ev.Fail(x, "a comparison with _|_ is supported for constant names of fields only")
		}
		of, l.Name = y.X, name
	default:
		ev.Fail(x, "a comparison with _|_ is supported for selections of fields only")
	}
	switch base := ev.base(of, sc).(type) {
	case *vertex.Vertex:
		return ev.hasField(base, l, x)
	case *expr.X:
		return hasAll(base, l.Name)
	}
	ev.Fail(x, "unsupported comparison with _|_")
	return nil
}

func (ev *Evaluator) hasField(v *vertex.Vertex, l vertex.Label, node ast.Node) *expr.X {
	v = v.Deref()
	a, c := v.Lookup(l), v.Expand()
	switch {
	case a == nil && (len(c.Syms)+len(c.Parts) > 0 || ev.callsForStruct(c)):
		return hasAll(ev.Value(v, nil), l.Name)
	case a == nil && v.Input != nil:
		v.Undefined(l, node)
	case a == nil:
		return expr.Lit(false)
	case v.Input != nil && !a.Optional:
		ev.Refuse(node, "drop the condition, or declare the parameter optional (name?: type)", "%s is always set", l)
	case v.Input != nil:
		return hasAll(v.Input, l.Name)
	case a.Optional:
		return expr.Lit(false)
	}
	when := a.Presence(ev.Known)
	if when == nil {
		return expr.Lit(true)
	}
	return guard.AnyOf(when)
}

// hasAll tests for a field, and for the optional fields on the way to it, without which CEL's has would fail.
func hasAll(x *expr.X, name string) *expr.X {
	var out *expr.X
	for y := x; y.Op == expr.OpSel; y = y.Args[0] {
		if f := y.Args[0].Type.Field(y.Name); y.Args[0].Type.Kind == expr.Struct && f != nil && f.Optional || y.Args[0].Type.Kind == expr.Map || y.Args[0].Type.Kind == expr.Any {
			out = expr.And(expr.Has(y.Args[0], y.Name), out)
		}
	}
	return expr.And(out, expr.Has(x, name))
}

// Presence is the condition under which a field exists.
func (ev *Evaluator) Presence(a *vertex.Arc) *expr.X {
	when := a.Presence(nil)
	if when == nil {
		return expr.Lit(true)
	}
	return guard.AnyOf(when)
}
