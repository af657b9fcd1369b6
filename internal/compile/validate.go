package compile

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/coverage"
	"github.com/kudoc/kudoc/internal/compile/cueerror"
	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
	"github.com/kudoc/kudoc/internal/compile/expr"
	"github.com/kudoc/kudoc/internal/compile/place"
	"github.com/kudoc/kudoc/internal/compile/source"
	"github.com/kudoc/kudoc/internal/compile/validate"
	"github.com/kudoc/kudoc/internal/compile/validate/oracle"
	"github.com/kudoc/kudoc/internal/render"
)

// validate loads the templates as the controller does, and compares them with CUE.
func (c *compilation) validate() {
	program, err := render.Load(c.spec)
	if err != nil {
		c.diags = append(c.diags, &diag.Diagnostic{Code: diag.BadTemplate, File: c.source.Dir, Message: err.Error()})
		return
	}
	c.program, c.places = program, place.New(c.value, c.about.name, c.about.version)
	packages := source.Frameworks(c.inst)
	report, err := validate.Run(validate.Subject{Spec: c.spec, Program: program,
		Branches: c.branches(), Structure: c.opts.Structure, Inputs: c.opts.Inputs,
		Sources: oracle.Sources{Load: c.reload, Files: source.Files(packages), Extension: len(packages) > 1},
	})
	if err != nil {
		c.diags = append(c.diags, &diag.Diagnostic{Code: diag.FromCUE, File: c.source.Dir, Message: err.Error()})
		return
	}
	c.validation = report
	c.checkStarted()
	for i := range report.Mismatches {
		c.mismatch(&report.Mismatches[i])
	}
}

// branches are the conditions in the templates, each once.
func (c *compilation) branches() []coverage.Branch {
	return coverage.Branches("", expr.Branches(c.roots()))
}

// roots are all expressions that parameters are for.
func (c *compilation) roots() []*expr.X {
	var roots []*expr.X
	for _, t := range c.tasks {
		roots = append(roots, t.templates()...)
	}
	for _, p := range c.plans {
		roots = append(roots, p.whens()...)
	}
	return append(roots, c.shared()...)
}

// branchesByTask are the conditions in the templates, each once in a task.
func (c *compilation) branchesByTask() []coverage.Branch {
	out := coverage.Branches("", expr.Branches(c.shared()))
	for _, p := range c.plans {
		whens := expr.Branches(p.whens())
		for i := range whens {
			if decl := c.declared.Plans[p.Name]; decl != nil && !whens[i].Pos.IsValid() {
				whens[i].Pos = decl.Pos()
			}
		}
		out = append(out, coverage.Branches("", whens)...)
	}
	for _, t := range c.tasks {
		out = append(out, coverage.Branches(t.name, expr.Branches(t.templates()))...)
	}
	return out
}

// templates are the objects of the task with the conditions under which they exist.
func (t *task) templates() []*expr.X {
	var out []*expr.X
	for _, o := range t.objects {
		out = append(out, expr.If(o.cond, o.value, expr.Lit(nil)))
	}
	return out
}

// whens are the conditions of the plan's steps.
func (p *plan) whens() []*expr.X {
	var out []*expr.X
	for _, w := range p.conditions {
		out = append(out, expr.If(w.When, expr.Lit(true), expr.Lit(nil)))
	}
	return out
}

// shared are the expressions that belong to no task, or to several.
func (c *compilation) shared() []*expr.X {
	var out []*expr.X
	for _, name := range slices.Sorted(maps.Keys(c.locals)) {
		out = append(out, c.locals[name])
	}
	return append(out, c.outputs)
}

// reload parses the sources anew for the oracle.
func (c *compilation) reload(change source.Change) (*build.Instance, error) {
	inst := c.source.Rewritten(c.inst, change)
	if inst.Err != nil {
		return nil, inst.Err
	}
	return inst, nil
}

// mismatch reports what the author can do something about where CUE rejects an input, and what a bug report needs where
// the results differ.
func (c *compilation) mismatch(m *validate.Mismatch) {
	if m.Rejected != nil {
		for _, f := range cueerror.Findings(c.value, m.Rejected) {
			d := c.report(diag.Rejected, f.Pos, "%s %s", f.Message, m.Given())
			d.Path, d.Hint = cueerror.Joined(f.Path), f.Hint
			if d.File == "" {
				d.At(c.placeOf(m))
			}
		}
		return
	}
	where := m.Place.What()
	if in := m.Place.In(); in != "" {
		where += " in step " + in
	}
	if m.Structure != "" {
		d := c.report(diag.WrongStructure, c.placeOfStructure(m), "%s, %s: %s", where, m.Given(), m.Structure)
		d.Path = c.pathOf(m)
		if len(m.Input)+len(m.PlanInput) > 0 { // whether such parameters make sense, only the author knows
			d.Severity = diag.SeverityWarning
		}
		return
	}
	text := ""
	if m.Failed != nil {
		failure := strings.TrimPrefix(m.Failed.Error(), m.Place.What()+": ")
		text = "the template fails where CUE does not: " + failure
	} else {
		var lines []string
		for _, x := range m.Differences {
			lines = append(lines, fmt.Sprintf("%s is %s in CUE, %s in the template", x.Path, x.CUE, x.Kudo))
		}
		text = strings.Join(lines, "; ")
	}
	d := c.report(diag.Different, c.placeOf(m), "%s, %s: %s", where, m.Given(), text)
	d.Path = c.pathOf(m)
	d.Hint = "please report it with this task and these parameters; until then, write it in another way"
	if d.File == "" {
		d.File = c.source.Dir
	}
}

// placeOfStructure is where the author wrote the field of which Kubernetes speaks, or what is around it.
func (c *compilation) placeOfStructure(m *validate.Mismatch) token.Pos {
	in, err := m.Inputs(c.program)
	field, _, ok := strings.Cut(m.Structure, ": ")
	if err != nil || !ok || strings.ContainsAny(field, " ") || !c.spec.Task(m.Place.Task).Kind.Keyed() {
		return c.placeOf(m)
	}
	path := []any{"tasks", m.Place.Task, c.spec.Task(m.Place.Task).Kind.Field(), m.Differences[0].Path}
	field, _, _ = strings.Cut(field, "[") // what follows is an element of a list
	for f := range strings.SplitSeq(field, ".") {
		path = append(path, f)
	}
	return c.places.Of(path, in)
}

// pathOf is the field that a mismatch is about.
func (c *compilation) pathOf(m *validate.Mismatch) string {
	path := "params"
	switch {
	case m.Place.Task != "":
		path = "tasks." + m.Place.Task
		if t := c.spec.Task(m.Place.Task); t != nil && t.Kind.Keyed() {
			path += "." + t.Kind.Field()
		}
	case m.Place.Outputs:
		path = "outputs"
	case m.Place.When:
		path = "plans." + m.Place.Plan + ".phases"
	case m.Place.Plan != "":
		path = "plans." + m.Place.Plan + ".params"
	}
	if len(m.Differences) > 0 {
		path += "." + m.Differences[0].Path
	}
	return path
}

// placeOf is where the author wrote what a mismatch is about: the field if CUE knows it without inputs, else the task, the
// plan or the first declaration of a parameter or output.
func (c *compilation) placeOf(m *validate.Mismatch) token.Pos {
	if len(m.Differences) > 0 {
		if v := c.value.LookupPath(cue.ParsePath(c.pathOf(m))); v.Exists() && syntax.IsAuthors(v.Pos()) {
			return v.Pos()
		}
	}
	decl := c.declared.Top["params"]
	switch {
	case m.Place.Task != "":
		decl = c.declared.Tasks[m.Place.Task]
	case m.Place.Outputs:
		decl = c.declared.Top["outputs"]
	case m.Place.Plan != "":
		decl = c.declared.Plans[m.Place.Plan]
	}
	if decl == nil {
		return token.NoPos
	}
	return decl.Pos()
}
