package eval

import (
	"cuelang.org/go/cue/ast"

	"github.com/kudoc/kudoc/internal/compile/expr"
)

func (ev *Evaluator) isChoice(y *ast.CallExpr, sc *Scope) bool {
	switch ev.functionName(y, sc) {
	case "or", "and", "matchN":
		return true
	}
	return false
}

// choice is or([...]), and([...]) or matchN(n, [...]) as a constraint on x. ok is false for any other call.
func (ev *Evaluator) choice(y *ast.CallExpr, sc *Scope, x *expr.X) (cond *expr.X, ok bool) {
	name := ev.functionName(y, sc)
	switch {
	case name == "or" && len(y.Args) == 1:
		if list := ev.textList(y.Args[0], sc); list != nil && x.Type.Kind == expr.String {
			return expr.Call("list.Contains", expr.TBool, list, x), true
		}
		cond = expr.Lit(false)
		for _, v := range ev.scalarOptions(y, y.Args[0], sc) {
			c, _ := ev.likeVertex(v, x)
			cond = expr.Or(cond, c)
		}
		return cond, true
	case name == "and" && len(y.Args) == 1:
		for _, v := range ev.scalarOptions(y, y.Args[0], sc) {
			c, _ := ev.likeVertex(v, x)
			cond = expr.And(cond, c)
		}
		return cond, true
	case name == "matchN" && len(y.Args) == 2:
		count := expr.LitInt(0)
		for _, v := range ev.scalarOptions(y, y.Args[1], sc) {
			one := expr.LitInt(1)
			if c, _ := ev.likeVertex(v, x); c != nil {
				one = expr.If(c, one, expr.LitInt(0))
			}
			count = expr.Arithmetic("+", count, one)
		}
		cond, _ = ev.constraint(y.Args[0], sc, count)
		return cond, true
	}
	return nil, false
}

// textList is a list of strings that is an input, or nil: for or(params.names).
func (ev *Evaluator) textList(x ast.Expr, sc *Scope) *expr.X {
	v := ev.valueOf(x, sc)
	v.expand()
	if len(v.lists) > 0 {
		return nil
	}
	if l := ev.toX(v, nil); !l.IsLit() && l.Type.Kind == expr.List && l.Type.Elem.Kind == expr.String {
		return l
	}
	return nil
}

// scalarOptions are options that are scalars: what is inside of a struct or a list would not be compared.
func (ev *Evaluator) scalarOptions(node ast.Node, x ast.Expr, sc *Scope) []*Vertex {
	out := ev.options(x, sc)
	if len(out) == 0 {
		ev.refuse(node, "write the list where it is used", "a value that depends on inputs cannot be constrained by %s", abbreviate(ev.format(node)))
	}
	for _, v := range out {
		v.expand()
		if v.isStruct || len(v.lists) > 0 {
			ev.refuse(node, "choose between the values with if", "a value that depends on inputs cannot be constrained by %s", abbreviate(ev.format(node)))
		}
	}
	return out
}

// options are the elements of a list of known length.
func (ev *Evaluator) options(x ast.Expr, sc *Scope) []*Vertex {
	v := ev.valueOf(x, sc)
	v.expand()
	if len(v.lists) == 0 || len(v.scalars)+len(v.syms) > 0 {
		return nil
	}
	var out []*Vertex
	for _, it := range ev.listItems(v, ev.pc) {
		if len(it.clauses) > 0 {
			ev.refuse(x, "write the list without conditions", "a list with conditional elements cannot be a list of constraints")
		}
		out = append(out, it.value)
	}
	return out
}
