package operation

import (
	"cuelang.org/go/cue/ast"

	"github.com/kudoc/kudoc/internal/compile/expr"
)

// Select selects a field of a symbolic value.
func (c *Compiler) Select(x *expr.X, name string, node ast.Node) *expr.X {
	if v := x.Member(name); v != nil {
		return v
	}
	t := expr.TAny
	switch x.Type.Kind {
	case expr.Struct:
		f := x.Type.Field(name)
		if f == nil {
			var names []string
			for _, f := range x.Type.Fields {
				names = append(names, f.Name)
			}
			c.NoField(node, name, x.CEL(), names)
		}
		t = f.Type
	case expr.Map:
		t = x.Type.Elem
	case expr.Any:
	default:
		c.Fail(node, "cannot select %s from a value of type %s", name, x.Type.Kind)
	}
	return expr.Sel(x, name, t)
}

// Index is an element of a symbolic list, or a field of a symbolic struct or map.
func (c *Compiler) Index(x, i *expr.X, node ast.Node) *expr.X {
	t := expr.TAny
	switch x.Type.Kind {
	case expr.List:
		c.Want(i, node, expr.Int)
		t = x.Type.Elem
	case expr.Map:
		c.Want(i, node, expr.String)
		t = x.Type.Elem
	case expr.Struct:
		c.Want(i, node, expr.String)
		if s, ok := i.Lit.(string); ok {
			return c.Select(x, s, node)
		}
	case expr.Any:
	default:
		c.Fail(node, "cannot index a value of type %s", x.Type.Kind)
	}
	if x.IsLit() && i.IsLit() {
		if v, ok := c.Fold(expr.CUE(x.Lit)+"["+expr.CUE(i.Lit)+"]", node); ok {
			return expr.Lit(v)
		}
	}
	return expr.Idx(x, i, t)
}
