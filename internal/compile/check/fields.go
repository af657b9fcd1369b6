package check

import (
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"
)

// labelName is the name of a label, or "".
func labelName(l ast.Node) string {
	if a, ok := l.(*ast.Alias); ok {
		l = a.Expr
	}
	label, ok := l.(ast.Label)
	if !ok {
		return ""
	}
	name, _, err := ast.LabelName(label)
	if err != nil {
		return ""
	}
	return name
}

// fields calls f for each regular field with a name in declarations, and in the literals that an expression unifies.
func fields(decls []ast.Decl, f func(name string, field *ast.Field)) {
	for _, d := range decls {
		switch d := d.(type) {
		case *ast.Field:
			if name := labelName(d.Label); name != "" && !strings.HasPrefix(name, "_") && !strings.HasPrefix(name, "#") {
				f(name, d)
			}
		case *ast.Comprehension:
			if s, ok := d.Value.(*ast.StructLit); ok {
				fields(s.Elts, f)
			}
			if d.Fallback != nil {
				fields(d.Fallback.Body.Elts, f)
			}
		}
	}
}

// fieldsIn is fields for the struct literals of an expression.
func fieldsIn(x ast.Expr, f func(name string, field *ast.Field)) {
	switch x := x.(type) {
	case *ast.StructLit:
		fields(x.Elts, f)
	case *ast.ParenExpr:
		fieldsIn(x.X, f)
	case *ast.Alias:
		fieldsIn(x.Expr, f)
	case *ast.BinaryExpr:
		if x.Op == token.AND {
			fieldsIn(x.X, f)
			fieldsIn(x.Y, f)
		}
	}
}

// elementsIn calls f for each element of the list literals of an expression.
func elementsIn(x ast.Expr, f func(el ast.Expr)) {
	switch x := x.(type) {
	case *ast.ListLit:
		for _, el := range x.Elts {
			f(el)
		}
	case *ast.ParenExpr:
		elementsIn(x.X, f)
	case *ast.BinaryExpr:
		elementsIn(x.X, f)
		elementsIn(x.Y, f)
	}
}
