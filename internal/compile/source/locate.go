package source

import (
	"path/filepath"
	"strconv"

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

// Locate is where a field is first declared, or what is around it where it is not. Numbers in the path are elements of lists.
func Locate(files []*ast.File, path []string) token.Pos {
	var decls []ast.Decl
	for _, f := range files {
		decls = append(decls, f.Decls...)
	}
	pos := token.NoPos
	var values []ast.Expr
	for _, name := range path {
		found := elementsAt(values, name)
		var at token.Pos
		if len(found) > 0 {
			at = found[0].Pos()
		}
		eachField(decls, func(f *ast.Field) {
			if nameOf(f.Label) != name {
				return
			}
			if !at.IsValid() {
				at = f.Pos()
			}
			found = append(found, f.Value)
		})
		if !at.IsValid() {
			return pos
		}
		pos, values, decls = at, found, nil
		for _, v := range values {
			decls = append(decls, declsOf(v)...)
		}
	}
	return pos
}

// elementsAt are the elements at an index of the list literals among values.
func elementsAt(values []ast.Expr, index string) []ast.Expr {
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 {
		return nil
	}
	var out []ast.Expr
	for _, v := range values {
		for _, c := range syntax.Conjuncts(v) {
			if l, ok := c.(*ast.ListLit); ok && i < len(l.Elts) {
				out = append(out, l.Elts[i])
			}
		}
	}
	return out
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
