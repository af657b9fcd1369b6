package compile

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"cuelang.org/go/cue/build"
)

// Memory remembers which builds were validated, so that an unchanged framework need not be validated again.
type Memory interface {
	// Validated says whether the build of that key was.
	Validated(key string) bool
	// Remember notes that it was. What cannot be noted is validated again.
	Remember(key string)
}

// memoryKey identifies what was validated: the sources of the framework and of the packages that it imports from its own
// module, and the templates that were made of them. Whatever else the outcome depends on, the compiler and what is
// embedded in it, the caller's memory must tell apart.
func (c *compilation) memoryKey() (string, error) {
	h := sha256.New()
	seen := map[string]bool{}
	var names []string
	var visit func(inst *build.Instance)
	visit = func(inst *build.Instance) {
		for _, f := range inst.BuildFiles {
			if !seen[f.Filename] {
				seen[f.Filename] = true
				names = append(names, f.Filename)
			}
		}
		for _, dep := range inst.Imports {
			visit(dep)
		}
	}
	visit(c.inst)
	slices.Sort(names)
	for _, name := range names {
		b, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // it is embedded in the compiler
		} else if err != nil {
			return "", err
		}
		h.Write(fmt.Appendf(nil, "%s %d\n", name, len(b)))
		h.Write(b)
	}
	spec, err := json.Marshal(c.spec)
	if err != nil {
		return "", err
	}
	h.Write(fmt.Appendf(nil, "%d\n", c.opts.Inputs))
	h.Write(spec)
	return hex.EncodeToString(h.Sum(nil)), nil
}

// validateOnce validates unless the memory has it.
func (c *compilation) validateOnce() {
	if c.opts.Memory == nil {
		c.validate()
		return
	}
	key, err := c.memoryKey()
	if err != nil {
		c.diags = append(c.diags, &Diagnostic{Code: codeCannotRead, File: c.source.dir, Message: err.Error()})
		return
	}
	if c.opts.Memory.Validated(key) {
		return
	}
	before := len(c.diags)
	if c.validate(); len(c.diags) == before { // a warning is to be seen again
		c.opts.Memory.Remember(key)
	}
}
