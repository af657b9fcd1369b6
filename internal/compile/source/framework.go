package source

import (
	"os"
	"path/filepath"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/parser"
)

// HoldsFramework says whether the CUE files of a directory are meant as a framework, and not as a library that frameworks
// import: one of them embeds #Framework or declares plans. What cannot be parsed may be meant as anything, and somebody has
// to say what is wrong with it.
func HoldsFramework(dir string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return true
	}
	for _, e := range entries {
		if e.IsDir() || filepath.Ext(e.Name()) != ".cue" {
			continue
		}
		f, err := parser.ParseFile(filepath.Join(dir, e.Name()), nil)
		if err != nil {
			return true
		}
		for _, d := range f.Decls {
			if isFrameworks(d) {
				return true
			}
		}
	}
	return false
}

func isFrameworks(d ast.Decl) bool {
	switch d := d.(type) {
	case *ast.EmbedDecl:
		s, ok := d.Expr.(*ast.SelectorExpr)
		return ok && named(s.Sel, "#Framework")
	case *ast.Field:
		return named(d.Label, "plans")
	}
	return false
}

func named(l ast.Label, want string) bool {
	name, _, err := ast.LabelName(l)
	return err == nil && name == want
}
