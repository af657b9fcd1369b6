package compile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kudoc/kudoc/internal/compile/coverage"
	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/lint"
	"github.com/kudoc/kudoc/internal/compile/lint/tree"
)

// lint looks for what is wrong with the objects, although neither CUE nor their types say so.
func (c *compilation) lint() {
	wrong := func(d *diag.Diagnostic) bool {
		return d.Severity == diag.SeverityError && d.Code != diag.WrongStructure
	}
	if slices.ContainsFunc(c.diags, wrong) {
		return
	}
	findings, err := lint.Run(lint.Subject{Spec: c.spec, Program: c.program, Samples: c.validation.Samples, Hidden: coverage.Hidden(c.roots(), c.validation.Coverage.Missed)})
	if err != nil {
		c.diags = append(c.diags, &diag.Diagnostic{Code: diag.InternalError, File: c.source.Dir, Message: err.Error(), Hint: "please report it with the sources"})
		return
	}
	for _, f := range findings {
		d := c.report(f.Code, c.places.Of(f.Path, f.Inputs), "%s", f.Message)
		d.Path, d.Hint = tree.Path(f.Path).String(), f.Hint
		if d.Severity = diag.SeverityError; f.Warning {
			d.Severity = diag.SeverityWarning
		}
		if len(f.Path) > 1 {
			c.withoutStructure(f.Path[1], f.Code)
		}
		if d.File == "" {
			d.File = c.source.Dir
		}
	}
}

// withoutStructure drops what Kubernetes says about an amount in the objects of a task, if a rule says which one it is.
func (c *compilation) withoutStructure(task any, code string) {
	c.diags = slices.DeleteFunc(c.diags, func(d *diag.Diagnostic) bool {
		return code == lint.CodeFormat && d.Code == diag.WrongStructure && strings.Contains(d.Message, "quantities must") && strings.HasPrefix(d.Message, fmt.Sprintf("task %q ", task))
	})
}
