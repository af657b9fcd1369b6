package source

import (
	"slices"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
)

// Language is the import path of the language.
const Language = "kudoc.dev/kudoc"

// Frameworks are the packages of which a framework consists: its own, and those that it extends, which are frameworks that
// it embeds at file level. It is empty if the package embeds neither kudoc.#Framework nor a framework.
func Frameworks(inst *build.Instance) []*build.Instance {
	found, isFramework := []*build.Instance{inst}, false
	for _, f := range inst.Files {
		for _, d := range f.Decls {
			e, ok := d.(*ast.EmbedDecl)
			if !ok {
				continue
			}
			for _, x := range syntax.Conjuncts(e.Expr) {
				if s, ok := x.(*ast.SelectorExpr); ok && nameOf(s.Sel) == "#Framework" {
					isFramework = true
				}
				for _, base := range extended(inst, f, x) {
					isFramework = true
					if !slices.Contains(found, base) {
						found = append(found, base)
					}
				}
			}
		}
	}
	if !isFramework {
		return nil
	}
	return found
}

// Files are the files of packages.
func Files(packages []*build.Instance) []*ast.File {
	var out []*ast.File
	for _, p := range packages {
		out = append(out, p.Files...)
	}
	return out
}

// extended are the packages of the framework that an expression at file level embeds.
func extended(inst *build.Instance, f *ast.File, x ast.Expr) []*build.Instance {
	id, ok := x.(*ast.Ident)
	if !ok {
		return nil
	}
	if imp := inst.LookupImport(ImportPath(f, id.Name)); imp != nil {
		return Frameworks(imp)
	}
	return nil
}

// Embedding is where a framework embeds the language, or what it extends: the place of what is missing.
func Embedding(inst *build.Instance) token.Pos {
	for _, f := range inst.Files {
		for _, d := range f.Decls {
			if e, ok := d.(*ast.EmbedDecl); ok {
				return e.Pos()
			}
		}
	}
	return token.NoPos
}

func nameOf(l ast.Label) string {
	name, _, err := ast.LabelName(l)
	if err != nil {
		return ""
	}
	return name
}
