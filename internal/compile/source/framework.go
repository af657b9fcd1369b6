package source

import (
	"os"
	"path/filepath"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/parser"
)

// HoldsFramework says whether the CUE files of a directory are meant as a framework, and not as a library that frameworks
// import: one of them embeds #Framework or another framework, or declares plans. What cannot be parsed may be meant as
// anything, and somebody has to say what is wrong with it.
func HoldsFramework(dir string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return true
	}
	embeds := false
	for _, e := range entries {
		if e.IsDir() || filepath.Ext(e.Name()) != ".cue" || IsTest(e.Name()) {
			continue
		}
		f, err := parser.ParseFile(filepath.Join(dir, e.Name()), nil)
		if err != nil {
			return true
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.EmbedDecl:
				embeds = true
			case *ast.Field:
				if nameOf(d.Label) == "plans" {
					return true
				}
			}
		}
	}
	return embeds && embedsFramework(dir)
}

// embedsFramework loads the package in a directory to see what it embeds.
func embedsFramework(dir string) bool {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return true
	}
	s, err := New(dir)
	if err != nil {
		return true
	}
	inst := s.Instance()
	return inst.Err != nil || len(Frameworks(inst)) > 0
}
