package compile

import (
	"encoding/json"
	"fmt"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"

	"github.com/kudoc/kudoc/internal/compile/validate"
	"github.com/kudoc/kudoc/internal/render"
)

// validate loads the templates as the controller does, and compares them with CUE.
func (c *compilation) validate() {
	program, err := render.Load(c.spec)
	if err != nil {
		c.diags = append(c.diags, &Diagnostic{Code: codeTemplate, File: c.source.dir, Message: err.Error()})
		return
	}
	report, err := validate.Run(validate.Subject{Spec: c.spec, Program: program, Inputs: c.opts.Inputs, Load: c.reload})
	if err != nil {
		c.diags = append(c.diags, &Diagnostic{Code: codeCUE, File: c.source.dir, Message: err.Error()})
		return
	}
	c.validation = report
	seen := map[string]bool{}
	for _, m := range report.Mismatches {
		if len(seen) < 5 {
			c.mismatch(m, seen)
		}
	}
}

// reload parses the sources anew for the oracle.
func (c *compilation) reload(rewrite func(*ast.File)) (*build.Instance, error) {
	inst := c.source.rewritten(rewrite)
	if inst.Err != nil {
		return nil, inst.Err
	}
	return inst, nil
}

// mismatch reports what the author can do something about where CUE rejects an input, and what a bug report needs where
// the results differ.
func (c *compilation) mismatch(m validate.Mismatch, seen map[string]bool) {
	with := "without parameters"
	if b, err := json.Marshal(m.Input); err == nil && len(m.Input) > 0 {
		with = "with parameters " + string(b)
	}
	if m.Rejected != nil {
		for _, f := range findings(c.value, m.Rejected) {
			key := fmt.Sprint(f.pos.Position(), f.message)
			if seen[key] {
				continue
			}
			seen[key] = true
			path := joined(f.path)
			d := c.report(codeRejected, f.pos, "%s %s", f.message, with)
			d.Path = path
			if f.hint != "" {
				d.Hint = f.hint
			}
			if d.File == "" {
				d.File = c.source.dir
			}
		}
		return
	}
	text := ""
	if m.Failed != nil {
		text = "the template fails: " + m.Failed.Error()
	} else {
		var lines []string
		for _, x := range m.Differences {
			lines = append(lines, fmt.Sprintf("%s is %s in CUE, %s in the template", x.Path, x.CUE, x.Kudo))
		}
		text = strings.Join(lines, "; ")
	}
	key := m.Where + strings.SplitN(text, " ", 2)[0]
	if seen[key] {
		return
	}
	seen[key] = true
	c.diags = append(c.diags, &Diagnostic{Code: codeDifferent, File: c.source.dir, Path: m.Where, Message: fmt.Sprintf("%s, %s: %s", m.Where, with, text)})
}
