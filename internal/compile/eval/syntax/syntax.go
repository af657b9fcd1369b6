package syntax

import (
	"fmt"
	"path/filepath"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/format"
	"cuelang.org/go/cue/token"
)

// IsAuthors says whether a position is in a file of the author, and not in a package that a module provides or in what
// kudoc itself gives to CUE.
func IsAuthors(p token.Pos) bool {
	name := p.Filename()
	return p.IsValid() && filepath.IsAbs(name) && !strings.Contains(filepath.ToSlash(name), "/cue.mod/")
}

// Disjuncts returns the operands of nested disjunctions.
func Disjuncts(x ast.Expr) []ast.Expr {
	switch y := x.(type) {
	case *ast.ParenExpr:
		if b, ok := y.X.(*ast.BinaryExpr); ok && b.Op == token.OR {
			return Disjuncts(b)
		}
	case *ast.BinaryExpr:
		if y.Op == token.OR {
			return append(Disjuncts(y.X), Disjuncts(y.Y)...)
		}
	}
	return []ast.Expr{x}
}

// Conjuncts returns the operands of nested unifications.
func Conjuncts(x ast.Expr) []ast.Expr {
	switch y := x.(type) {
	case *ast.ParenExpr:
		return Conjuncts(y.X)
	case *ast.BinaryExpr:
		if y.Op == token.AND {
			return append(Conjuncts(y.X), Conjuncts(y.Y)...)
		}
	}
	return []ast.Expr{x}
}

// IsTop says whether an expression is _, which constrains nothing.
func IsTop(x ast.Expr) bool { return isName(x, "_") }

// IsString says whether an expression is the type string.
func IsString(x ast.Expr) bool { return isName(x, "string") }

// IsCallOf says whether an expression is a call of a function that needs no import.
func IsCallOf(x ast.Expr, name string) bool {
	c, ok := x.(*ast.CallExpr)
	return ok && isName(c.Fun, name)
}

func isName(x ast.Expr, name string) bool {
	id, ok := x.(*ast.Ident)
	return ok && id.Name == name
}

// Format is an expression as the author would write it, in one line.
func Format(x ast.Node) string {
	b, err := format.Node(x)
	if err != nil {
		return Describe(x)
	}
	return strings.Join(strings.Fields(string(b)), " ")
}

// Abbreviate cuts source that is too long for a message.
func Abbreviate(src string) string {
	if len(src) > 100 {
		return strings.ToValidUTF8(src[:100], "") + "..."
	}
	return src
}

// Describe names a kind of syntax for people.
func Describe(n ast.Node) string {
	switch n := n.(type) {
	case *ast.Comprehension:
		return "comprehension"
	case *ast.SliceExpr:
		return "slice"
	case *ast.Func:
		return "function"
	case *ast.BasicLit:
		return "literal " + n.Value
	case *ast.UnaryExpr:
		return "operator " + n.Op.String()
	case *ast.BinaryExpr:
		return "operator " + n.Op.String()
	case *ast.PostfixExpr:
		return "operator " + token.ELLIPSIS.String()
	case *ast.BottomLit:
		return "_|_"
	case *ast.StructLit:
		return "struct"
	case *ast.ListLit:
		return "list"
	}
	return strings.TrimPrefix(strings.TrimPrefix(fmt.Sprintf("%T", n), "*ast."), "ast.")
}
