package check

import (
	"slices"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
)

// checkText finds parameters that are text where CUE has something better: booleans, and optional fields.
func (k *checker) checkText(param string, f *ast.Field) {
	values, preferred, anyText := alternatives(f.Value)
	isBool := func(s string) bool { return s == "true" || s == "false" }
	switch {
	case len(values) > 0 && !slices.ContainsFunc(values, func(s string) bool { return !isBool(s) }) && (anyText || len(values) > 1):
		d := k.report(diag.TextForBool, f.Pos(), "parameter %q is a boolean, written as text", param)
		if d.Hint = "bool"; preferred != nil && isBool(*preferred) {
			d.Hint = "bool | *" + *preferred
		}
	case anyText && preferred != nil && *preferred == "" && k.asksIfEmpty(param):
		k.report(diag.TextForUnset, f.Pos(), "parameter %q is empty where it is not set", param).Hint = param + "?: string, and if params." + param + " != _|_ where it is read"
	}
}

// alternatives are the texts of a disjunction, its default among them; anyText says that string is one of them. There are none if an
// alternative is something else.
func alternatives(x ast.Expr) (values []string, preferred *string, anyText bool) {
	for _, a := range syntax.Disjuncts(x) {
		marked := false
		if u, ok := a.(*ast.UnaryExpr); ok && u.Op == token.MUL {
			a, marked = u.X, true
		}
		if id, ok := a.(*ast.Ident); ok && id.Name == "string" {
			anyText = true
			continue
		}
		s, ok := stringLiteral(a)
		if !ok {
			return nil, nil, false
		}
		values = append(values, s)
		if marked {
			preferred = &s
		}
	}
	return values, preferred, anyText
}

// asksIfEmpty says whether some expression compares a parameter with the empty text.
func (k *checker) asksIfEmpty(param string) bool {
	found := false
	is := func(x, y ast.Expr) bool {
		s, ok := x.(*ast.SelectorExpr)
		text, isText := stringLiteral(y)
		return ok && labelName(s.Sel) == param && k.selectsParams(s.X) && isText && text == ""
	}
	for _, file := range k.files {
		ast.Walk(file, func(n ast.Node) bool {
			if b, ok := n.(*ast.BinaryExpr); ok && (b.Op == token.NEQ || b.Op == token.EQL) {
				found = found || is(b.X, b.Y) || is(b.Y, b.X)
			}
			return !found
		}, nil)
	}
	return found
}
