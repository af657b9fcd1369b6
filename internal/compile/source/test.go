package source

import (
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
)

// isTest says whether a file holds tests, which CUE loads only when it is asked to.
func isTest(file string) bool { return strings.HasSuffix(file, "_test.cue") }

// WithTests loads the package together with its tests, and returns the files of these too.
func (s *Source) WithTests() (inst *build.Instance, tests []*ast.File) {
	config := *s.config
	config.Tests = true
	inst = (&Source{Dir: s.Dir, config: &config, types: s.types}).Instance()
	for _, f := range inst.Files {
		if isTest(f.Filename) {
			tests = append(tests, f)
		}
	}
	return inst, tests
}
