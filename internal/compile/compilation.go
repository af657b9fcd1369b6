package compile

import (
	"cuelang.org/go/cue"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/check"
	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/eval/descent"
	"github.com/kudoc/kudoc/internal/compile/expr"
	"github.com/kudoc/kudoc/internal/compile/ignore"
	"github.com/kudoc/kudoc/internal/compile/params"
	"github.com/kudoc/kudoc/internal/compile/place"
	"github.com/kudoc/kudoc/internal/compile/source"
	"github.com/kudoc/kudoc/internal/compile/steps"
	"github.com/kudoc/kudoc/internal/compile/validate"
	"github.com/kudoc/kudoc/internal/render"
)

// compilation is what the passes know so far.
type compilation struct {
	opts  Options
	diags diag.Diagnostics

	// load
	source  *source.Source
	inst    *build.Instance
	ignored *ignore.Comments

	// link: required frameworks whose packages the author names, by requirement
	providers map[string]*compilation

	// unify
	value cue.Value

	// check: to point at
	declared check.Declared

	// evaluate
	about        about
	params       *params.Param
	requirements []*requirement
	plans        []*plan
	tasks        []*task
	outputs      *expr.X
	locals       map[string]*expr.X

	// validate
	validation validate.Report
	program    *render.Program
	places     *place.Finder

	// lower
	spec *v1alpha1.FrameworkVersionSpec

	result *Result
}

// requirement is a required framework, with what is read of its outputs.
type requirement struct {
	v1alpha1.Requirement
	outputs *params.Param
}

// plan is a plan with its own parameters.
type plan struct {
	v1alpha1.Plan
	params     *params.Param
	conditions []steps.Condition
}

// task is a task as expressions.
type task struct {
	name    string
	kind    v1alpha1.TaskKind
	objects []object
}

// object is an object of a task, which exists if the condition holds. Without an ID, value is a map of objects by ID.
type object struct {
	id    string
	cond  *expr.X
	value *expr.X
	ready *expr.X // or nil
}

// about describes the framework.
type about struct {
	name, version, appVersion, description, url string
	maintainers                                 []v1alpha1.Maintainer
	clusterScoped                               bool
	driftPolicy                                 v1alpha1.DriftPolicy
	upgradableFrom                              string
}

// report adds a finding at a position of the author's.
func (c *compilation) report(code string, pos token.Pos, format string, args ...any) *diag.Diagnostic {
	d := diag.New(code, format, args...).At(pos)
	c.diags = append(c.diags, d)
	return d
}

// ignore drops the findings that the author says are intended.
func (c *compilation) ignore() {
	if c.ignored != nil {
		c.diags = c.ignored.Filter(c.diags)
	}
}

// evalError reports what the evaluator refuses.
func (c *compilation) evalError(err *descent.Error) {
	if err == nil {
		return
	}
	code := diag.Unsupported
	switch {
	case err.Conflict:
		code = diag.Conflict
	case err.Missing:
		code = diag.Missing
	}
	c.report(code, err.Pos, "%s", err.Msg).Hint = err.Hint
}
