package compile

import (
	"slices"
	"strings"

	"github.com/kudoc/kudoc/internal/compile/cueerror"
	"github.com/kudoc/kudoc/internal/compile/lint"
)

// Code is an entry of the table of all diagnostics.
type Code struct {
	Code  string
	Title string
	Text  string // a paragraph for people who ask what it means
}

// The codes, by the pass that reports them: 0 load and CUE, 1 the language, 2 parameters, 3 evaluation, 4 validation,
// 5 emission,
// 6 the objects, in package lint.
const (
	codeCannotRead  = "KD001"
	codeSyntax      = "KD002"
	codeImport      = cueerror.CodeImport
	codeCUE         = cueerror.CodeCUE
	codeValue       = cueerror.CodeValue
	codeField       = cueerror.CodeField
	codeRequired    = cueerror.CodeRequired
	codeReference   = cueerror.CodeReference
	codeNoFramework = "KD101"
	codeTopLevel    = "KD102"
	codeNoDeploy    = "KD103"
	codeNoTask      = "KD104"
	codeTwice       = "KD105"
	codeTaskKind    = "KD106"
	codeUnusedTask  = "KD107"
	codeStatic      = "KD108"
	codePlanParam   = "KD109"
	codeAttribute   = "KD201"
	codeTrigger     = "KD202"
	codeNoParam     = "KD203"
	codeUnsupported = "KD301"
	codeConflict    = "KD302"
	codeTemplate    = "KD303"
	codeRejected    = "KD401"
	codeDifferent   = "KD402"
	codeStructure   = "KD403"
	codeTooLarge    = "KD501"
	codeInternal    = "KD901"
)

// Codes is the table of all diagnostics, in order.
var Codes = withRules([]Code{
	{codeCannotRead, "the framework cannot be read", "A framework is one directory with the CUE files of one package. The directory is missing, holds no CUE files, holds files of several packages, or cannot be read."},
	{codeSyntax, "syntax error", "A file is not valid CUE. `cue vet` and editors with CUE support report the same."},
	{codeImport, "unknown import", "kudoc provides kudoc.dev/kudoc and the Kubernetes types under kudoc.dev/k8s/<group>/<version>, for example kudoc.dev/k8s/apps/v1; the core group is kudoc.dev/k8s/core/v1. Everything else must be part of CUE's standard library or of the module that the framework belongs to."},
	{codeCUE, "CUE reports an error", "CUE itself finds an error in the framework. The message is CUE's."},
	{codeValue, "a value is not allowed", "A field has a value that its type does not allow: a string where Kubernetes wants an integer, or a word that is not among the alternatives."},
	{codeField, "unknown field", "A struct has a field that its type does not know. Kubernetes would drop or reject it. Most often the name is misspelt."},
	{codeRequired, "a required field is missing", "A field without which the object, plan or framework means nothing is not set."},
	{codeReference, "unknown reference", "An expression refers to a name that is not declared. To use instance, plan and the like, declare them in the package: `instance: _`."},
	{codeNoFramework, "the package is not a framework", "A framework embeds the schema at file level, in one of its files: import \"kudoc.dev/kudoc\" and then kudoc.#Framework on a line of its own."},
	{codeTopLevel, "unknown field at file level", "The fields at file level are those of kudoc.#Framework. Fields that only help others must be hidden (_name) or definitions (#Name). CUE itself does not report this, since an embedding at file level does not close a package."},
	{codeNoDeploy, "there is no plan deploy", "Every framework needs a plan named deploy: it runs when an Instance is created."},
	{codeNoTask, "no such task", "A step lists a task that the framework does not define under tasks."},
	{codeTwice, "a name is used twice", "The phases of a plan and the steps of a phase are known by their names, in status and in messages, so that each name may occur once."},
	{codeTaskKind, "a task does not say what it does", "A task has exactly one of apply (create or update objects and wait until they are healthy), run (run an object such as a Job to completion) and delete (delete objects and wait until they are gone)."},
	{codeUnusedTask, "a task is not used", "No step of any plan lists the task. It may be left over, or missing from a plan."},
	{codeStatic, "a value must not depend on inputs", "Plans and the description of the framework are the same for all Instances: they cannot depend on params, on the instance or on what else is only known in the cluster."},
	{codePlanParam, "a plan does not have a parameter that a task reads", "A task reads plan.params.NAME, but is used by a plan that has no such parameter."},
	{codeAttribute, "unknown or misplaced @param argument", "@param(...) says about a parameter what CUE cannot: trigger=PLAN, immutable, unit=TEXT, group=NAME, display=TEXT and advanced. It stands behind a parameter of the top level. Passwords and other secrets are not parameters: let a parameter name a Secret."},
	{codeTrigger, "a trigger names no plan", "@param(trigger=PLAN) runs a plan when the parameter changes. The framework has no plan of that name."},
	{codeNoParam, "no such parameter", "An expression refers to a parameter that the framework does not declare."},
	{codeUnsupported, "not supported by the compiler", "kudoc compiles a part of CUE to templates that need no CUE in the cluster. This construct is outside of it where its value depends on inputs. What does not depend on inputs may use all of CUE."},
	{codeConflict, "values conflict", "Two values that must be equal are not, whatever the inputs."},
	{codeTemplate, "a template cannot be loaded", "The compiler made a template that the controller would refuse. That is a bug of kudoc."},
	{codeRejected, "CUE rejects an input that the parameters accept", "With the parameters that the message shows, CUE reports an error in the framework. Either the parameters accept too much, or the part of the framework that only these parameters reach is wrong."},
	{codeDifferent, "template and CUE differ", "For the parameters that the message shows, the compiled template yields something else than CUE's own evaluation. Nothing is emitted then. That is a bug of kudoc, or a use of CUE that kudoc should refuse."},
	{codeStructure, "an API server would refuse an object", "With the parameters that the message shows, an object has a structure that Kubernetes refuses, although CUE's types allow it: two elements of a list have the same key, such as the number of a port or the name of an environment variable. Make the parameters exclude it, with list.UniqueItems for example, or build the list from a map."},
	{codeTooLarge, "the framework is too large", "A FrameworkVersion is one object in the cluster, and a cluster stores objects of at most 1.5 MiB. The message names the largest objects. Long scripts and files that are part of a framework count in full."},
	{codeInternal, "internal error", "The compiler, or the CUE evaluator in it, ended unexpectedly. That is a bug: please report it with the sources of the framework."},
})

// withRules adds the rules about objects to a table.
func withRules(codes []Code) []Code {
	for _, r := range lint.Rules() {
		codes = append(codes, Code{r.Code, r.Title, r.Text})
	}
	slices.SortFunc(codes, func(a, b Code) int { return strings.Compare(a.Code, b.Code) })
	return codes
}

// Explain returns the entry for a code.
func Explain(code string) (Code, bool) {
	for _, c := range Codes {
		if c.Code == code {
			return c, true
		}
	}
	return Code{}, false
}
