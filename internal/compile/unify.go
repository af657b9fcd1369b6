package compile

import (
	"cuelang.org/go/cue/cuecontext"
)

// unify lets CUE evaluate the package with inputs unknown. Every compilation has a context of its own: a context keeps
// what it has seen.
func (c *compilation) unify() {
	c.value = cuecontext.New().BuildInstance(c.inst)
	for _, f := range findings(c.value, c.value.Validate()) {
		c.reportFinding(f)
	}
}
