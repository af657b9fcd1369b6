package compile

import (
	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/expr"
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
	diags Diagnostics

	// load
	source *source.Source
	inst   *build.Instance

	// unify
	value cue.Value

	// check: first declarations by name, to point at
	topFields, planFields, taskFields map[string]*ast.Field

	// evaluate
	about   about
	params  *params.Param
	plans   []*plan
	tasks   []*task
	outputs *expr.X
	locals  map[string]*expr.X

	// validate
	validation validate.Report
	program    *render.Program
	places     *place.Finder

	// lower
	spec *v1alpha1.FrameworkVersionSpec

	result *Result
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
}
