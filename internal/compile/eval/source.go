package eval

import (
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/literal"

	"github.com/kudoc/kudoc/internal/compile/eval/operation"
	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
	"github.com/kudoc/kudoc/internal/compile/eval/vertex"
	"github.com/kudoc/kudoc/internal/compile/expr"
)

// Source renders an expression as closed CUE source: references are replaced by what they refer to. ok is false if the
// expression depends on inputs.
func (ev *Evaluator) Source(x ast.Expr, sc *vertex.Scope) (src string, ok bool) {
	return ev.sourceOf(func() string { return ev.closedSource(x, sc) })
}

// sourceOf runs what renders source. ok is false if it depends on inputs.
func (ev *Evaluator) sourceOf(f func() string) (src string, ok bool) {
	ok = ev.TryStatic(func() { src = f() })
	return src, ok
}

func (ev *Evaluator) closedSource(x ast.Expr, sc *vertex.Scope) string {
	switch x := x.(type) {
	case *ast.BasicLit:
		return x.Value
	case *ast.BottomLit:
		return "_|_"
	case *ast.ParenExpr:
		return "(" + ev.closedSource(x.X, sc) + ")"
	case *ast.UnaryExpr:
		return x.Op.String() + ev.closedSource(x.X, sc)
	case *ast.BinaryExpr:
		return "(" + ev.closedSource(x.X, sc) + " " + x.Op.String() + " " + ev.closedSource(x.Y, sc) + ")"
	case *ast.Ident, *ast.SelectorExpr, *ast.IndexExpr:
		return ev.referenceSource(x, sc)
	case *ast.CallExpr:
		args := make([]string, len(x.Args))
		for i := range x.Args {
			args[i] = ev.closedSource(x.Args[i], sc)
		}
		return operation.ShortName(ev.FunctionName(x, sc)) + "(" + strings.Join(args, ", ") + ")"
	case *ast.SliceExpr:
		return ev.closedSource(x.X, sc) + "[" + ev.boundSource(x.Low, sc) + ":" + ev.boundSource(x.High, sc) + "]"
	case *ast.ListLit, *ast.StructLit:
		return ev.vertexSource(ev.Anonymous(x, sc))
	case *ast.Interpolation:
		if v := ev.Compile(x, sc); v.IsLit() {
			return expr.CUE(v.Lit)
		}
		ev.DependsOnInputs()
	default:
		ev.Fail(x, "unsupported expression: %s", syntax.Describe(x))
	}
	return ""
}

// boundSource is a bound of a slice, "" if there is none.
func (ev *Evaluator) boundSource(x ast.Expr, sc *vertex.Scope) string {
	if x == nil {
		return ""
	}
	return ev.closedSource(x, sc)
}

func (ev *Evaluator) referenceSource(x ast.Expr, sc *vertex.Scope) string {
	if syntax.IsTop(x) {
		return "_"
	}
	switch r := ev.Resolve(x, sc).(type) {
	case vertex.BuiltinType:
		return string(r)
	case vertex.BuiltinFunction:
		return operation.ShortName(r.String())
	case *expr.X:
		if r.IsLit() {
			return expr.CUE(r.Lit)
		}
	case *vertex.Vertex:
		return ev.vertexSource(r)
	}
	ev.DependsOnInputs()
	return ""
}

// vertexSource renders the value of a vertex, which need not be concrete, as closed source.
func (ev *Evaluator) vertexSource(v *vertex.Vertex) string {
	if ev.rendering[v] {
		ev.Fail(nil, "reference cycle at %s", v.Path())
	}
	ev.rendering[v] = true
	defer delete(ev.rendering, v)
	c := v.Expand()
	if v.Deref() != v || v.Input != nil || len(c.Parts) > 0 {
		ev.DependsOnInputs()
	}
	for _, s := range c.Syms {
		if !s.Sym.IsLit() || len(s.Guard) > 0 {
			ev.DependsOnInputs()
		}
	}
	switch {
	case len(c.Lists) > 0:
		return ev.listSource(v)
	case c.IsStruct && len(c.Scalars) > 0:
		return ev.mixedSource(v)
	case c.IsStruct:
		return ev.structSource(v)
	}
	return ev.scalarSource(v)
}

func (ev *Evaluator) listSource(v *vertex.Vertex) string {
	c := v.Expand()
	if len(c.Syms) > 0 {
		ev.DependsOnInputs()
	}
	for _, l := range c.Lists {
		if len(l.Guard) > 0 {
			ev.DependsOnInputs()
		}
	}
	var parts []string
	for _, it := range v.Items(c.Lists) {
		if len(it.Clauses) > 0 {
			ev.DependsOnInputs()
		}
		parts = append(parts, ev.vertexSource(it.Value))
	}
	for _, e := range c.Elem {
		parts = append(parts, "..."+ev.closedSource(e.Expr, e.Scope))
	}
	return ev.constrainedSource("["+strings.Join(parts, ", ")+"]", c.Scalars)
}

// constrainedSource is source within disjunctions or validators.
func (ev *Evaluator) constrainedSource(src string, scalars []vertex.Conjunct) string {
	for _, s := range scalars {
		if len(s.Guard) > 0 {
			ev.DependsOnInputs()
		}
		src += " & (" + ev.closedSource(s.Expr, s.Scope) + ")"
	}
	return "(" + src + ")"
}

func (ev *Evaluator) structSource(v *vertex.Vertex) string {
	c := v.Expand()
	var parts []string
	for _, p := range c.Patterns {
		if len(p.Guard) > 0 || p.HasAlias() {
			ev.DependsOnInputs()
		}
		parts = append(parts, "["+ev.closedSource(p.Key, p.Scope)+"]: "+ev.closedSource(p.Value, p.Scope))
	}
	for _, a := range c.Arcs {
		if a.Label.Kind != vertex.Regular {
			continue
		}
		label := literal.String.Quote(a.Label.Name)
		switch {
		case a.Optional && a.Required.IsValid():
			label += "!"
		case a.Optional:
			label += "?"
		case a.Presence(nil) != nil:
			ev.DependsOnInputs()
		}
		parts = append(parts, label+": "+ev.vertexSource(a.Vertex))
	}
	for _, s := range c.Syms {
		parts = append(parts, expr.CUE(s.Sym.Lit))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// mixedSource is a struct with disjunctions or validators.
func (ev *Evaluator) mixedSource(v *vertex.Vertex) string {
	return ev.constrainedSource(ev.structSource(v), v.Expand().Scalars)
}

func (ev *Evaluator) scalarSource(v *vertex.Vertex) string {
	c := v.Expand()
	var parts []string
	for _, s := range c.Scalars {
		if len(s.Guard) > 0 {
			ev.DependsOnInputs()
		}
		parts = append(parts, "("+ev.closedSource(s.Expr, s.Scope)+")")
	}
	for _, s := range c.Syms {
		parts = append(parts, expr.CUE(s.Sym.Lit))
	}
	if len(parts) == 0 {
		return "_"
	}
	return "(" + strings.Join(parts, " & ") + ")"
}
