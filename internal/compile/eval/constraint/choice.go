package constraint

import (
	"slices"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
	"github.com/kudoc/kudoc/internal/compile/eval/vertex"
	"github.com/kudoc/kudoc/internal/compile/expr"
)

// IsChoice says whether a call is a constraint that Constraint understands although its options depend on inputs.
func (c *Checker) IsChoice(y *ast.CallExpr, sc *vertex.Scope) bool {
	switch c.FunctionName(y, sc) {
	case "or", "and", "matchN":
		return true
	}
	return false
}

// choice is or([...]), and([...]) or matchN(n, [...]) as a constraint on x. ok is false for any other call.
func (c *Checker) choice(y *ast.CallExpr, sc *vertex.Scope, x *expr.X) (cond *expr.X, ok bool) {
	name := c.FunctionName(y, sc)
	switch {
	case name == "or" && len(y.Args) == 1:
		if list := c.textList(y.Args[0], sc); list != nil && x.Type.Kind == expr.String {
			return expr.Call("list.Contains", expr.TBool, list, x), true
		}
		cond = expr.Lit(false)
		for _, v := range c.scalarOptions(y, y.Args[0], sc) {
			holds, _ := c.likeVertex(v, x)
			cond = expr.Or(cond, holds)
		}
		return cond, true
	case name == "and" && len(y.Args) == 1:
		for _, v := range c.scalarOptions(y, y.Args[0], sc) {
			holds, _ := c.likeVertex(v, x)
			cond = expr.And(cond, holds)
		}
		return cond, true
	case name == "matchN" && len(y.Args) == 2:
		count := expr.LitInt(0)
		for _, v := range c.scalarOptions(y, y.Args[1], sc) {
			one := expr.LitInt(1)
			if holds, _ := c.likeVertex(v, x); holds != nil {
				one = expr.If(holds, one, expr.LitInt(0))
			}
			count = expr.Arithmetic("+", count, one)
		}
		cond, _ = c.Constraint(y.Args[0], sc, count)
		return cond, true
	}
	return nil, false
}

// StringOptions are the strings of an enumeration: "a" | *"b". ok is false for anything else.
func (c *Checker) StringOptions(e ast.Expr, sc *vertex.Scope) (values []string, ok bool) {
	return c.stringOptions(e, sc, maxReferences)
}

// maxReferences is how many names may lead from one to another; names that go in a circle end there.
const maxReferences = 8

func (c *Checker) stringOptions(e ast.Expr, sc *vertex.Scope, depth int) (values []string, ok bool) {
	for _, o := range syntax.Disjuncts(e) {
		if u, marked := o.(*ast.UnaryExpr); marked && u.Op == token.MUL {
			o = u.X
		}
		switch y := o.(type) {
		case *ast.BasicLit:
			s, isString := c.Compile(y, sc).Lit.(string)
			if !isString {
				return nil, false
			}
			values = append(values, s)
		case *ast.Ident, *ast.SelectorExpr:
			more, isEnum := c.optionsOfReference(y, sc, depth-1)
			if !isEnum {
				return nil, false
			}
			values = append(values, more...)
		default:
			return nil, false
		}
	}
	return values, true
}

// optionsOfReference are those of an enumeration with a name.
func (c *Checker) optionsOfReference(e ast.Expr, sc *vertex.Scope, depth int) ([]string, bool) {
	if depth == 0 {
		return nil, false
	}
	v, ok := c.vertices.Resolve(e, sc).(*vertex.Vertex)
	if !ok || v.DependsOnInputs() {
		return nil, false
	}
	is := v.Expand()
	if is.IsStruct || len(is.Lists)+len(is.Syms) > 0 || len(is.Scalars) != 1 {
		return nil, false
	}
	return c.stringOptions(is.Scalars[0].Expr, is.Scalars[0].Scope, depth)
}

// among counts the values that are options.
func among(values, options []string) int {
	n := 0
	for _, v := range values {
		if slices.Contains(options, v) {
			n++
		}
	}
	return n
}

// textList is a list of strings that is an input, or nil: for or(params.names).
func (c *Checker) textList(x ast.Expr, sc *vertex.Scope) *expr.X {
	v := c.vertices.Evaluate(x, sc)
	if len(v.Expand().Lists) > 0 {
		return nil
	}
	if l := c.vertices.Value(v, nil); !l.IsLit() && l.Type.Kind == expr.List && l.Type.Elem.Kind == expr.String {
		return l
	}
	return nil
}

// scalarOptions are options that are scalars: what is inside of a struct or a list would not be compared.
func (c *Checker) scalarOptions(node ast.Node, x ast.Expr, sc *vertex.Scope) []*vertex.Vertex {
	out := c.elements(x, sc)
	if len(out) == 0 {
		c.Refuse(node, "write the list where it is used", "a value that depends on inputs cannot be constrained by %s", syntax.Abbreviate(syntax.Format(node)))
	}
	for _, v := range out {
		if is := v.Expand(); is.IsStruct || len(is.Lists) > 0 {
			c.Refuse(node, "choose between the values with if", "a value that depends on inputs cannot be constrained by %s", syntax.Abbreviate(syntax.Format(node)))
		}
	}
	return out
}

// Options are the elements of or([...]) and and([...]), none for anything else.
func (c *Checker) Options(x ast.Expr, sc *vertex.Scope) []*vertex.Vertex {
	y, ok := x.(*ast.CallExpr)
	if !ok || len(y.Args) != 1 {
		return nil
	}
	if name := c.FunctionName(y, sc); name != "or" && name != "and" {
		return nil
	}
	return c.elements(y.Args[0], sc)
}

// elements are the elements of a list of known length.
func (c *Checker) elements(x ast.Expr, sc *vertex.Scope) []*vertex.Vertex {
	v := c.vertices.Evaluate(x, sc)
	if is := v.Expand(); len(is.Lists) == 0 || len(is.Scalars)+len(is.Syms) > 0 {
		return nil
	}
	var out []*vertex.Vertex
	for _, it := range v.ItemsUnder(c.Known) {
		if len(it.Clauses) > 0 {
			c.Refuse(x, "write the list without conditions", "a list with conditional elements cannot be a list of constraints")
		}
		out = append(out, it.Value)
	}
	return out
}
