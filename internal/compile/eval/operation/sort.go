package operation

import (
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
	path, descending := c.comparator(y.Args[1], sc)
	key := expr.Var(c.LoopVar("e"), t.Elem)
	value := key
	for _, name := range path {
		f := value.Type.Field(name)
		if value.Type.Kind != expr.Struct || f == nil || f.Optional {
			c.Refuse(y.Args[1], "sort by fields that every element has", "a list whose elements may have no field %s cannot be sorted by it", name)
		}
		value = expr.Sel(value, name, f.Type)
	}
	switch value.Type.Kind {
	case expr.Any, expr.Int, expr.Num, expr.String:
	default:
		c.Fail(y.Args[0], "values of type %s cannot be sorted", value.Type.Kind)
	}
	keys := list
	if len(path) > 0 {
		loop := []expr.Clause{{Var: key.Name, Src: list}}
		keys = &expr.X{Op: expr.OpList, Type: expr.ListOf(value.Type), Parts: []expr.Part{{Clauses: loop, Val: value}}}
	}
	return expr.Call("list.SortBy", t, list, keys, expr.Lit(descending))
}

// comparator understands list.Ascending, list.Descending and {x: _, y: _, less: x.name < y.name}: the path to what is
// compared, and the direction.
func (c *Compiler) comparator(x ast.Expr, sc *vertex.Scope) (path []string, descending bool) {
	switch s := x.(type) {
	case *ast.StructLit:
		if less := comparison(s); less != nil {
			a, b := operand(less.X), operand(less.Y)
			forwards := a != nil && b != nil && a[0] == "x" && b[0] == "y"
			backwards := a != nil && b != nil && a[0] == "y" && b[0] == "x"
			if (forwards || backwards) && equalPaths(a[1:], b[1:]) {
				return a[1:], (less.Op == token.LSS) == backwards
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
	c.Refuse(x, "use list.Ascending, list.Descending, or {x: _, y: _, less: x.name < y.name}", "a list that depends on inputs cannot be sorted by this comparator")
	return nil, false
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
			b, ok := f.Value.(*ast.BinaryExpr)
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

// unconstrained says whether an expression is _ or {}.
func unconstrained(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name == "_"
	case *ast.StructLit:
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

func equalPaths(a, b []string) bool {
	if len(a) != len(b) || len(a) == 0 {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
