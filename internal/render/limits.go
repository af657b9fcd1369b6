package render

import (
	"bytes"
	"fmt"
	"time"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// The budget of one rendering. A framework comes from someone else than the people who run the controller, so that
// whatever it asks for ends in an error, never in a controller that is out of memory or busy for minutes.
const (
	// maxExprCost bounds one expression, in CEL's units: about one per operation or ten bytes of string.
	maxExprCost = 1_000_000
	// maxTotalCost bounds all expressions of one call of Params, Objects or Outputs.
	maxTotalCost = 10_000_000
	// maxTime is a last resort: CEL needs a time for the iterations of a loop that grows with their square, and its cost does
	// not show that. An expression within the other limits takes some milliseconds.
	maxTime = 5 * time.Second
	// maxNodes and maxBytes bound the values that one call makes.
	maxNodes = 200_000
	maxBytes = 16 << 20
	// maxObjects bounds the objects of a task: each is in the inventory of its Instance.
	maxObjects = 1000
	// maxLocals bounds how many locals wait for another one.
	maxLocals = 200
	// maxExpressions bounds what is kept in memory of one FrameworkVersion.
	maxExpressions = 3000
	// maxParams bounds the effective parameters, of which the statuses hold several copies; etcd takes a megabyte and a half.
	maxParams = 256 << 10
)

// budget is what is left of the limits in one call.
type budget struct {
	cost  uint64
	nodes int
	bytes int
	until time.Time
}

func newBudget() *budget {
	return &budget{cost: maxTotalCost, nodes: maxNodes, bytes: maxBytes, until: time.Now().Add(maxTime)}
}

func (b *budget) spend(cost uint64) error {
	if cost > b.cost {
		return fmt.Errorf("the expressions cost more than the limit of %d", uint64(maxTotalCost))
	}
	b.cost -= cost
	return nil
}

func (b *budget) value(bytes int) error {
	b.nodes--
	b.bytes -= bytes
	if b.nodes < 0 {
		return fmt.Errorf("the result has more than %d values", maxNodes)
	}
	if b.bytes < 0 {
		return fmt.Errorf("the result has more than %d bytes", maxBytes)
	}
	return nil
}

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

// fits says that parameters or outputs are too big to be kept in statuses.
func fits(what string, values map[string]any) error {
	b := &budget{nodes: maxNodes, bytes: maxParams}
	if _, err := (&rendering{budget: b}).copy(values); err != nil {
		return fmt.Errorf("%s have more than %d bytes: keep what is that long in a ConfigMap or a Secret, and name it", what, maxParams)
	}
	return nil
}
