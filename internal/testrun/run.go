// Package testrun runs the tests that authors write beside their frameworks. It renders what the controller would apply, run
// and delete, and compares it with what the tests expect. It reads files and writes none.
package testrun

import (
	"io/fs"
	"regexp"

	"cuelang.org/go/cue/ast"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile"
	"github.com/kudoc/kudoc/internal/compile/coverage"
	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/render"
	"github.com/kudoc/kudoc/internal/testrun/outcome"
)

// Options say what to run.
type Options struct {
	// Select chooses tests by name; nil chooses all.
	Select *regexp.Regexp
	// Update makes golden files what they should be instead of comparing with them.
	Update bool
	// Golden are the golden files that there are.
	Golden fs.FS
}

// session is the run of the tests of one framework.
type session struct {
	Options
	version *v1alpha1.FrameworkVersion
	spec    *v1alpha1.FrameworkVersionSpec
	program *render.Program
	files   []*ast.File // of the framework
	probe   *coverage.Probe
	reached reached
	golden  map[string]golden
}

// Run runs the tests of a framework that was compiled. A panic, of CUE or of kudoc, is a finding: whatever the tests are, the
// caller gets an answer.
func (s *Suite) Run(res *compile.Result, o Options) (out outcome.Suite, err error) {
	defer func() {
		if r := recover(); r != nil {
			d := diag.New(diag.InternalError, "internal error: %v", r)
			d.File, d.Hint = s.path, "please report it with the framework and its tests"
			out = outcome.Suite{Dir: s.dir, Findings: diag.Diagnostics{d}}
		}
	}()
	out.Dir = s.dir
	r := &session{Options: o, version: res.Version, spec: &res.Version.Spec, files: s.Framework, reached: newReached(), golden: map[string]golden{}}
	tests, diags := s.tests()
	for _, t := range tests {
		diags = append(diags, r.check(t)...)
	}
	out.Written = len(tests)
	out.Findings = append(diag.Diagnostics{}, diags.Sorted()...)
	if diags.HasErrors() {
		return out, nil
	}
	if r.program, err = render.Load(r.spec); err != nil {
		return out, err
	}
	if r.probe, err = coverage.New(r.spec, res.Branches); err != nil {
		return out, err
	}
	for _, t := range tests {
		if o.Select == nil || o.Select.MatchString(t.name) {
			out.Tests = append(out.Tests, r.run(t))
		}
	}
	out.Coverage = r.coverage()
	out.Golden = r.contents()
	return out, nil
}

// run runs a test.
func (r *session) run(t *test) outcome.Test {
	e := &expectations{test: t}
	if h := r.happen(t); h.failed != nil {
		e.fail(h.failed.pos, "%s", h.failed.message)
	} else {
		e.compare(h)
		if t.golden != "" && h.refused == nil {
			r.compareGolden(e, h)
		}
	}
	return outcome.Test{Name: t.name, Place: outcome.At(t.pos()), Failures: e.sorted()}
}
