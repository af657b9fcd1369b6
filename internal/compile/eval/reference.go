package eval

import (
	"encoding/json"
	"slices"
	"strconv"

	"cuelang.org/go/cue/ast"

	"github.com/kudoc/kudoc/internal/compile/eval/guard"
	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
	"github.com/kudoc/kudoc/internal/compile/eval/vertex"
	"github.com/kudoc/kudoc/internal/compile/expr"
)

// Resolve finds what a reference means.
func (ev *Evaluator) Resolve(x ast.Expr, sc *vertex.Scope) any {
	switch x := x.(type) {
	case *ast.ParenExpr:
		return ev.Resolve(x.X, sc)
	case *ast.Ident:
		return ev.Lookup(x, sc)
	case *ast.SelectorExpr:
		return ev.selector(x, sc)
	case *ast.IndexExpr:
		return ev.index(x, sc)
	}
	return ev.Evaluate(x, sc)
}

func (ev *Evaluator) selector(x *ast.SelectorExpr, sc *vertex.Scope) any {
	l, computed := ev.LabelOf(x.Sel)
	if computed != nil {
		ev.Fail(x, "unsupported selector")
	}
	switch base := ev.base(x.X, sc).(type) {
	case vertex.BuiltinPackage:
		return vertex.BuiltinFunction{Package: string(base), Name: l.Name}
	case *vertex.Vertex:
		return ev.selectFrom(base, l, x)
	case *expr.X:
		return ev.Select(base, l.Name, x)
	}
	ev.Fail(x, "cannot select %s from a type", l)
	return nil
}

// base is the operand of a selector or an index.
func (ev *Evaluator) base(x ast.Expr, sc *vertex.Scope) any {
	switch x.(type) {
	case *ast.Ident, *ast.SelectorExpr, *ast.IndexExpr, *ast.ParenExpr:
		return ev.Resolve(x, sc)
	}
	return ev.Evaluate(x, sc)
}

// selectFrom selects a field of a vertex.
func (ev *Evaluator) selectFrom(v *vertex.Vertex, l vertex.Label, node ast.Node) any {
	v = v.Deref()
	a, c := v.Lookup(l), v.Expand()
	switch {
	case a != nil && (!a.Optional || v.Input != nil):
		return a.Vertex
	case a == nil && len(c.Syms) == 1 && len(c.Arcs) == 0:
		return ev.Select(c.Syms[0].Sym, l.Name, node)
	case a != nil:
		ev.Fail(node, "%s is optional in %s and not set", l, v.Path())
	case len(c.Syms) > 0 || len(c.Parts) > 0 || c.IsStruct && len(c.Scalars) > 0 || ev.callsForStruct(c):
		return ev.Select(ev.Value(v, nil), l.Name, node)
	}
	v.Undefined(l, node)
	return nil
}

// callsForStruct says whether a function computes a struct that a vertex is.
func (ev *Evaluator) callsForStruct(c *vertex.Content) bool {
	for _, s := range c.Scalars {
		y, ok := s.Expr.(*ast.CallExpr)
		if !ok {
			continue
		}
		if f, ok := ev.Function(y, s.Scope); ok {
			if fn := expr.Lookup(f.String()); fn != nil && fn.Result != nil && fn.Result.Kind == expr.Struct {
				return true
			}
		}
	}
	return false
}

func (ev *Evaluator) index(x *ast.IndexExpr, sc *vertex.Scope) any {
	base := ev.base(x.X, sc)
	i := ev.Compile(x.Index, sc)
	switch b := base.(type) {
	case *vertex.Vertex:
		c := b.Expand()
		switch k := i.Lit.(type) {
		case string:
			return ev.selectFrom(b, vertex.Label{Name: k}, x)
		case json.Number:
			if n, err := strconv.Atoi(k.String()); err == nil && len(c.Lists) > 0 && len(c.Syms)+len(c.Scalars) == 0 {
				return ev.element(b, n, x)
			}
		}
		return ev.Index(ev.Value(b, nil), i, x)
	case *expr.X:
		return ev.Index(b, i, x)
	}
	ev.Fail(x, "cannot index this value")
	return nil
}

// element is element n of a list literal. In `[if c {x}, y][0]` it is a conditional expression.
func (ev *Evaluator) element(v *vertex.Vertex, n int, node ast.Node) any {
	items := vertex.Prune(v.ItemsUnder(ev.Known), ev.Known)
	type alternative struct {
		when guard.Guard
		x    *expr.X
	}
	var alts []alternative
	defaults := false
	for i, it := range items {
		if len(it.Clauses) == 0 {
			if len(alts) == 0 && i < n {
				continue
			}
			if i-len(alts) != n || len(alts) > 1 && n > 0 {
				break
			}
			if len(alts) == 0 {
				return it.Value
			}
			out := ev.Value(it.Value, nil)
			for j := len(alts) - 1; j >= 0; j-- {
				out = expr.If(alts[j].when.X(), alts[j].x, out)
			}
			if defaults || hasDefault(it.Value) {
				marked := *out
				marked.Default = true
				return &marked
			}
			return out
		}
		when, ok := guard.OfClauses(it.Clauses)
		if !ok || i-len(alts) != n {
			break
		}
		defaults = defaults || hasDefault(it.Value)
		alts = append(alts, alternative{when, ev.Value(it.Value, when)})
	}
	return ev.Index(ev.Value(v, nil), expr.LitInt(int64(n)), node)
}

// hasDefault says whether a scalar is a disjunction, where the value that is read may be a default that CUE keeps as one.
func hasDefault(v *vertex.Vertex) bool {
	return slices.ContainsFunc(v.Expand().Scalars, func(s vertex.Conjunct) bool { return len(syntax.Disjuncts(s.Expr)) > 1 })
}

// Evaluate evaluates any expression to a vertex.
func (ev *Evaluator) Evaluate(x ast.Expr, sc *vertex.Scope) *vertex.Vertex {
	switch y := x.(type) {
	case *ast.ParenExpr:
		return ev.Evaluate(y.X, sc)
	case *ast.Ident, *ast.SelectorExpr, *ast.IndexExpr:
		switch r := ev.Resolve(x, sc).(type) {
		case *vertex.Vertex:
			return r
		case *expr.X:
			return ev.Constant(r)
		}
	case *ast.CallExpr, *ast.Interpolation:
		return ev.Constant(ev.Compile(x, sc))
	}
	return ev.Anonymous(x, sc)
}
