package source

import (
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

// WithTests loads the package together with its tests, and returns the files of these too.
func (s *Source) WithTests() (inst *build.Instance, tests []*ast.File) {
	config := *s.config
	config.Tests = true
	inst = (&Source{Dir: s.Dir, config: &config, types: s.types}).Instance()
	for _, f := range inst.Files {
		if IsTest(f.Filename) {
			tests = append(tests, f)
		}
	}
	return inst, tests
}
