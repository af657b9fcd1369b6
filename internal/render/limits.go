package render

import (
	"bytes"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// Beside the budget of expressions, these bound what a FrameworkVersion may ask for.
const (
	// maxObjects bounds the objects of a task: each is in the inventory of its Instance.
	maxObjects = 1000
	// maxLocals bounds how many locals wait for another one.
	maxLocals = 200
	// maxExpressions bounds what is kept in memory of one FrameworkVersion.
	maxExpressions = 3000
)

// expressions counts those of a version as an API server stores it; nothing is parsed before they are known to be few.
func expressions(spec *v1alpha1.FrameworkVersionSpec) int {
	n := len(spec.Locals)
	in := func(raw []byte) {
		for _, mark := range []string{`"$cel":`, `"$if":`, `"$in":`, `\\(`, `"defaultExpr":`, `"check":`, `"keys":`} {
			n += bytes.Count(raw, []byte(mark))
		}
	}
	parameters := func(all []v1alpha1.Parameter) {
		for i := range all {
			in(all[i].Schema.Raw)
		}
	}
	parameters(spec.Parameters)
	for i := range spec.Requires {
		parameters(spec.Requires[i].Outputs)
	}
	for i := range spec.Plans {
		parameters(spec.Plans[i].Parameters)
		for _, ph := range spec.Plans[i].Phases {
			n += len(ph.Steps) // each may have a condition
		}
	}
	for i := range spec.Tasks {
		for j := range spec.Tasks[i].Objects {
			in(spec.Tasks[i].Objects[j].Template.Raw)
			n++ // it may say when it is ready
		}
	}
	if spec.Outputs != nil {
		in(spec.Outputs.Raw)
	}
	return n
}
