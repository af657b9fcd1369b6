package source

import (
	"path/filepath"
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/parser"
)

// IsTest says whether a file holds tests, which CUE loads only when it is asked to.
func IsTest(file string) bool { return strings.HasSuffix(file, "_test.cue") }

// packageClause is what a file says about its package, or all of it if that cannot be told.
func packageClause(file []byte) []byte {
	f, err := parser.ParseFile("", file, parser.PackageClauseOnly)
	if err != nil {
		return file
	}
	return []byte(f.PackageName())
}

// Tested is a framework together with its tests.
type Tested struct {
	*build.Instance
	// Framework are the files of the framework, Tests those of the tests.
	Framework, Tests []*ast.File
}

// WithTests loads the package together with its tests. Packages that it imports have no
// tests then. The outputs of required packages are whatever is filled in: an Instance of one is not part of a test.
func (s *Source) WithTests() Tested {
	config := *s.config
	config.Tests = true
	with := &Source{Dir: s.Dir, config: &config, types: map[string]func() ast.Expr{}}
	t := Tested{Instance: with.Instance()}
	if t.Err == nil {
		packages := Frameworks(t.Instance)
		required := Requirements(packages)
		for _, r := range required {
			with.types[r.Package.ImportPath] = func() ast.Expr { return ast.NewStruct(&ast.Ellipsis{}) }
		}
		t.Framework = slices.DeleteFunc(Files(packages), func(f *ast.File) bool { return IsTest(f.Filename) })
		if len(required) > 0 || len(packages) > 1 {
			language := filepath.Join(s.config.ModuleRoot, "cue.mod", "pkg", filepath.FromSlash(Language))
			t.Instance = with.load(map[string]bool{s.Dir: false, language: true}, func(f *ast.File, isLanguage bool) {
				if isLanguage {
					open(f)
				}
			})
		}
	}
	t.Tests = slices.DeleteFunc(slices.Clone(t.Files), func(f *ast.File) bool { return !IsTest(f.Filename) })
	return t
}

// open makes room for tests in a framework that extends another one: CUE closes a package that embeds one of another package
// which embeds a definition. What a framework may declare was checked when it was compiled.
func open(f *ast.File) {
	for _, def := range fieldsOf(f.Decls, "#Framework") {
		if x, ok := def.Value.(*ast.StructLit); ok {
			x.Elts = append(x.Elts, &ast.Ellipsis{})
		}
	}
}

// withoutTests leaves nothing of a file of tests but its package clause.
func withoutTests(f *ast.File) {
	f.Decls = slices.DeleteFunc(f.Decls, func(d ast.Decl) bool {
		_, isClause := d.(*ast.Package)
		return !isClause
	})
}
