package compile

import (
	"fmt"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/coverage"
	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/validate"
)

// Options say what to compile.
type Options struct {
	// Dir is the directory of the framework's package.
	Dir string
	// KudocVersion is the version of the compiler, which the result records.
	KudocVersion string
	// Inputs is the number of generated inputs for which the result is compared with CUE; 0 is the default.
	Inputs int
	// Structure says what Kubernetes finds wrong with the structure of an object, as package structural does; nil leaves
	// that to the cluster.
	Structure func(object map[string]any) []string
	// Memory remembers builds; nil remembers none.
	Memory Memory
}

// Result is a compiled framework.
type Result struct {
	Framework *v1alpha1.Framework
	Version   *v1alpha1.FrameworkVersion
	// Role is what a controller must be allowed to do to execute this version.
	Role *rbacv1.ClusterRole
	// Policy, with its binding, makes the API server refuse Instances of this version whose parameters are wrong.
	Policy  *admissionv1.ValidatingAdmissionPolicy
	Binding *admissionv1.ValidatingAdmissionPolicyBinding
	// Schema is the structural OpenAPI schema of the parameters.
	Schema *apiextensionsv1.JSONSchemaProps
	// Branches are the conditions in the templates, for those who want to know which ways they go.
	Branches []coverage.Branch
	// Validation says what was compared; it is empty where the build was remembered.
	Validation validate.Report `json:"-"`
}

// Framework compiles the framework in a directory. The result is nil if a diagnostic is an error.
func Framework(opts Options) (*Result, diag.Diagnostics) {
	old, key := recall(opts)
	if old != nil {
		return old.Result, old.Diagnostics
	}
	c := compile(opts)
	diags := c.diags.Sorted()
	if diags.HasErrors() {
		return nil, diags
	}
	keep(opts, key, &remembered{c.result, diags})
	return c.result, diags
}

// compile runs the passes. It ends with the first that reports an error; the passes of one line report together. A
// panic, of CUE or of kudoc, is a diagnostic too: whatever the sources are, the caller gets an answer.
func compile(opts Options) (c *compilation) {
	c = &compilation{opts: opts}
	defer func() {
		if r := recover(); r != nil {
			c.diags = append(c.diags, &diag.Diagnostic{Code: diag.InternalError, File: opts.Dir, Message: fmt.Sprintf("internal error: %v", r), Hint: "please report it with the sources"})
		}
	}()
	if opts.Structure != nil { // whoever judges may have to prepare, which goes well with what comes before
		go opts.Structure(map[string]any{"apiVersion": "v1", "kind": "ConfigMap"})
	}
	complete := c.run([]pass{
		{c.load}, // files -> syntax trees of the package and what it imports, and what its comments ignore
		{c.link}, // the outputs of required frameworks -> their types
		{c.unify, // -> the value that CUE sees, and what CUE has to say about it
			c.check}, // names: fields, tasks, plans, parameters, attributes
		{c.evaluate}, // -> parameters, plans and tasks as expressions over the inputs
		{c.lower},    // -> templates, parameter schemas
		{c.validate, // the same answers as CUE for many inputs?
			c.lint}, // do the objects make sense together?
		{c.emit}, // -> objects
	})
	if complete {
		c.diags = append(c.diags, c.ignored.Unused()...)
	}
	return c
}

// pass is functions that report together.
type pass []func()

// run runs passes until one reports an error; complete says that none did.
func (c *compilation) run(passes []pass) (complete bool) {
	for _, p := range passes {
		for _, f := range p {
			f()
		}
		c.ignore()
		if c.diags.HasErrors() {
			return false
		}
	}
	return true
}
