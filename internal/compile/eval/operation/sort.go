package operation

import (
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/eval/vertex"
	"github.com/kudoc/kudoc/internal/compile/expr"
)

// sort is list.Sort with one of CUE's own comparators, or with one that compares a field of structs.
func (c *Compiler) sort(y *ast.CallExpr, sc *vertex.Scope) *expr.X {
	if src, ok := c.vertices.Source(y, sc); ok {
		if v, ok := c.Fold(src, y); ok {
			return expr.Lit(v)
		}
	}
	if len(y.Args) != 2 {
		c.Fail(y, "list.Sort needs 2 arguments")
	}
	list := c.Compile(y.Args[0], sc)
	c.Want(list, y.Args[0], expr.List)
	t := list.Type
	if t.Kind == expr.Any {
		t = expr.ListOf(expr.TAny)
	}
	by, descending := c.comparator(y.Args[1], sc)
	key := expr.Var(c.LoopVar("e"), t.Elem)
	value := key
	if by != nil {
		c.everyElementHas(by, t.Elem, y.Args[1])
		value = c.Compile(by, sc.With("x", c.Constant(key)))
	}
	switch value.Type.Kind {
	case expr.Any, expr.Int, expr.Num, expr.String:
	default:
		c.Fail(y.Args[0], "values of type %s cannot be sorted", value.Type.Kind)
	}
	keys := list
	if value != key {
		loop := []expr.Clause{{Var: key.Name, Src: list}}
		keys = &expr.X{Op: expr.OpList, Type: expr.ListOf(value.Type), Parts: []expr.Part{{Clauses: loop, Val: value}}}
	}
	return expr.Call("list.SortBy", t, list, keys, expr.Lit(descending))
}

// everyElementHas refuses fields that an element may lack: CUE compares nothing in a list of one element, so that it would
// not miss them there.
func (c *Compiler) everyElementHas(by ast.Expr, elem *expr.Type, node ast.Node) {
	switch by := by.(type) {
	case *ast.CallExpr:
		c.everyElementHas(by.Args[0], elem, node)
	case *ast.SelectorExpr:
		for _, name := range operand(by)[1:] {
			f := elem.Field(name)
			if elem.Kind != expr.Struct || f == nil || f.Optional {
				c.Refuse(node, "sort by fields that every element has", "a list whose elements may have no field %s cannot be sorted by it", name)
			}
			elem = f.Type
		}
	}
}

// comparator understands list.Ascending, list.Descending and {x: _, y: _, less: x.name < y.name}: what is compared of x, nil
// for x itself, and the direction.
func (c *Compiler) comparator(x ast.Expr, sc *vertex.Scope) (by ast.Expr, descending bool) {
	switch s := x.(type) {
	case *ast.StructLit:
		if less := comparison(s); less != nil {
			a, b := c.operandOf(less.X, sc), c.operandOf(less.Y, sc)
			switch {
			case a == "" || a[1:] != b[1:]:
			case a[0] == 'x' && b[0] == 'y':
				return less.X, less.Op == token.GTR
			case a[0] == 'y' && b[0] == 'x':
				return less.Y, less.Op == token.LSS
			}
		}
	case *ast.SelectorExpr:
		switch f, _ := c.vertices.Resolve(s, sc).(vertex.BuiltinFunction); f.String() {
		case "list.Ascending":
			return nil, false
		case "list.Descending":
			return nil, true
		}
	}
	c.Refuse(x, "use list.Ascending, list.Descending, or {x: _, y: _, less: x.name < y.name}, also with strings.ToLower(x.name) and the like",
		"a list that depends on inputs cannot be sorted by this comparator")
	return nil, false
}

// operandOf spells what a comparator compares of x or y, the name first: x.a.b, or a function of that which never fails. It is
// empty for anything else.
func (c *Compiler) operandOf(x ast.Expr, sc *vertex.Scope) string {
	y, ok := x.(*ast.CallExpr)
	if !ok {
		return strings.Join(operand(x), ".")
	}
	if len(y.Args) != 1 {
		return ""
	}
	inner, name := c.operandOf(y.Args[0], sc), c.FunctionName(y, sc)
	switch name {
	case "strings.ToLower", "strings.ToUpper", "strings.ToTitle", "strings.TrimSpace", "len":
		if inner != "" {
			return inner + " " + name
		}
	}
	return ""
}

// comparison is the field less of a comparator that has nothing else but unconstrained x and y.
func comparison(s *ast.StructLit) (less *ast.BinaryExpr) {
	for _, d := range s.Elts {
		f, ok := d.(*ast.Field)
		if !ok || f.Constraint != token.ILLEGAL {
			return nil
		}
		label, ok := f.Label.(*ast.Ident)
		if !ok {
			return nil
		}
		switch label.Name {
		case "x", "y":
			if !unconstrained(f.Value) {
				return nil
			}
		case "less":
			b, ok := withoutParens(f.Value).(*ast.BinaryExpr)
			if !ok || less != nil || b.Op != token.LSS && b.Op != token.GTR {
				return nil
			}
			less = b
		default:
			return nil
		}
	}
	return less
}

func withoutParens(x ast.Expr) ast.Expr {
	for {
		p, ok := x.(*ast.ParenExpr)
		if !ok {
			return x
		}
		x = p.X
	}
}

// unconstrained says whether an expression is _, {} or {...}.
func unconstrained(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name == "_"
	case *ast.StructLit:
		if len(x.Elts) == 1 {
			rest, ok := x.Elts[0].(*ast.Ellipsis)
			return ok && rest.Type == nil
		}
		return len(x.Elts) == 0
	}
	return false
}

// operand is x.a.b as a path, or nil.
func operand(x ast.Expr) []string {
	switch x := x.(type) {
	case *ast.Ident:
		return []string{x.Name}
	case *ast.SelectorExpr:
		id, ok := x.Sel.(*ast.Ident)
		if base := operand(x.X); ok && base != nil {
			return append(base, id.Name)
		}
	}
	return nil
}
