package source

import (
	"slices"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/ast/astutil"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/token"
)

// Requirement is the outputs of a required framework where an author names its package instead of their types:
//
//	requires: zookeeper: outputs: zk.outputs
type Requirement struct {
	Name    string
	Package *build.Instance
	Pos     token.Pos
}

// Requirements are those of the packages of a framework.
func Requirements(packages []*build.Instance) []Requirement {
	var out []Requirement
	for _, p := range packages {
		for _, f := range p.Files {
			eachRequired(f, func(name string, outputs *ast.Field, id string) {
				if imp := p.LookupImport(id); imp != nil {
					out = append(out, Requirement{name, imp, outputs.Value.Pos()})
				}
			})
		}
	}
	return out
}

// Link makes every later loading replace the outputs of required packages, by import path, with types.
func (s *Source) Link(types map[string]func() ast.Expr) { s.types = types }

// link replaces the outputs of required packages in a file. Imports that only said which package it is are dropped.
func (s *Source) link(f *ast.File) {
	linked := false
	eachRequired(f, func(_ string, outputs *ast.Field, id string) {
		if t := s.types[id]; t != nil {
			outputs.Value, linked = t(), true
		}
	})
	if linked {
		DropUnused(f)
	}
}

// eachRequired calls do for all outputs of a package that a file requires, with the import path of that package.
func eachRequired(f *ast.File, do func(name string, outputs *ast.Field, id string)) {
	for _, requires := range fieldsOf(f.Decls, "requires") {
		for _, d := range elements(requires.Value) {
			requirement, ok := d.(*ast.Field)
			if !ok {
				continue
			}
			for _, outputs := range fieldsOf(elements(requirement.Value), "outputs") {
				name, id := packageOf(f, outputs.Value)
				if id != "" && len(fieldsOf(elements(requires.Value), name)) == 0 { // which would hide the package
					do(nameOf(requirement.Label), outputs, id)
				}
			}
		}
	}
}

func fieldsOf(decls []ast.Decl, name string) []*ast.Field {
	var out []*ast.Field
	for _, d := range decls {
		if f, ok := d.(*ast.Field); ok && nameOf(f.Label) == name {
			out = append(out, f)
		}
	}
	return out
}

func elements(x ast.Expr) []ast.Decl {
	if s, ok := x.(*ast.StructLit); ok {
		return s.Elts
	}
	return nil
}

// packageOf is P in `P.outputs`, and its import path; "" if it is not that.
func packageOf(f *ast.File, x ast.Expr) (name, id string) {
	s, ok := x.(*ast.SelectorExpr)
	if !ok || nameOf(s.Sel) != "outputs" {
		return "", ""
	}
	p, ok := s.X.(*ast.Ident)
	if !ok {
		return "", ""
	}
	return p.Name, ImportPath(f, p.Name)
}

// ImportPath is what a file imports under a name, or "".
func ImportPath(f *ast.File, name string) string {
	for s := range f.ImportSpecs() {
		if info, err := astutil.ParseImportSpec(s); err == nil && info.Ident == name {
			return info.ID
		}
	}
	return ""
}

// DropUnused removes imports and lets to which nothing refers any more, because CUE reports them as errors.
func DropUnused(f *ast.File) {
	for dropUnused(f) { // another may have been used by them only
	}
}

// dropUnused reports whether it found any.
func dropUnused(f *ast.File) bool {
	used := map[string]bool{}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.ImportDecl, *ast.Package:
		case *ast.LetClause:
			usedNames(d.Expr, used)
		default:
			usedNames(d, used)
		}
	}
	if len(used) == 0 {
		return false // only the imports have been parsed, to find the packages
	}
	before := len(f.Decls)
	f.Decls = slices.DeleteFunc(f.Decls, func(d ast.Decl) bool {
		switch d := d.(type) {
		case *ast.LetClause:
			return !used[d.Ident.Name]
		case *ast.ImportDecl:
			d.Specs = slices.DeleteFunc(d.Specs, func(s *ast.ImportSpec) bool {
				info, err := astutil.ParseImportSpec(s)
				return err == nil && !used[info.Ident]
			})
			return len(d.Specs) == 0
		}
		return false
	})
	return len(f.Decls) < before
}

// usedNames adds the names to which a tree refers: neither those of fields nor those that are selected.
func usedNames(n ast.Node, used map[string]bool) {
	ast.Walk(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			used[n.Name] = true
		case *ast.SelectorExpr:
			usedNames(n.X, used)
			return false
		case *ast.Field:
			if _, isName := n.Label.(*ast.Ident); isName {
				usedNames(n.Value, used)
				return false
			}
		}
		return true
	}, nil)
}
