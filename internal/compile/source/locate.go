package source

import (
	"os"
	"path/filepath"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"
)

// Files are the syntax trees of the CUE files of a directory, as far as they can be parsed, with comments. Names are absolute.
func Files(dir string) []*ast.File {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var out []*ast.File
	for _, e := range entries {
		if e.IsDir() || filepath.Ext(e.Name()) != ".cue" {
			continue
		}
		if f, err := parser.ParseFile(filepath.Join(dir, e.Name()), nil, parser.ParseComments); err == nil {
			out = append(out, f)
		}
	}
	return out
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
			if !named(f.Label, name) {
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
	switch x := x.(type) {
	case *ast.StructLit:
		return x.Elts
	case *ast.ParenExpr:
		return declsOf(x.X)
	case *ast.Alias:
		return declsOf(x.Expr)
	case *ast.BinaryExpr:
		if x.Op == token.AND {
			return append(declsOf(x.X), declsOf(x.Y)...)
		}
	}
	return nil
}
