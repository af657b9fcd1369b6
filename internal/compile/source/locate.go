package source

import (
	"path/filepath"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
)

// Declarations are the files of the framework in a directory, and of those that it extends; none if it cannot be loaded.
func Declarations(dir string) []*ast.File {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil
	}
	s, err := New(dir)
	if err != nil {
		return nil
	}
	return Files(Frameworks(s.Instance()))
}

// Locate is where a field is first declared, or what is around it where it is not.
func Locate(files []*ast.File, path []string) token.Pos {
	var decls []ast.Decl
	for _, f := range files {
		decls = append(decls, f.Decls...)
	}
	pos := token.NoPos
	for _, name := range path {
		var inner []ast.Decl
		found := token.NoPos
		eachField(decls, func(f *ast.Field) {
			if nameOf(f.Label) != name {
				return
			}
			if !found.IsValid() {
				found = f.Pos()
			}
			inner = append(inner, declsOf(f.Value)...)
		})
		if !found.IsValid() {
			return pos
		}
		pos, decls = found, inner
	}
	return pos
}

// eachField calls f for every field of declarations, those under conditions and of embedded literals included.
func eachField(decls []ast.Decl, f func(*ast.Field)) {
	for _, d := range decls {
		switch d := d.(type) {
		case *ast.Field:
			f(d)
		case *ast.Comprehension:
			eachField(declsOf(d.Value), f)
		case *ast.EmbedDecl:
			eachField(declsOf(d.Expr), f)
		}
	}
}

// declsOf are the declarations in the struct literals that an expression unifies.
func declsOf(x ast.Expr) []ast.Decl {
	var out []ast.Decl
	for _, c := range syntax.Conjuncts(x) {
		switch c := c.(type) {
		case *ast.StructLit:
			out = append(out, c.Elts...)
		case *ast.Alias:
			out = append(out, declsOf(c.Expr)...)
		}
	}
	return out
}
