package compile

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/expr"
	"github.com/kudoc/kudoc/internal/compile/lower"
	"github.com/kudoc/kudoc/internal/compile/params"
	"github.com/kudoc/kudoc/internal/render"
)

// lower prints what the evaluator found: parameter schemas first, because they cannot use shared expressions, then
// templates and the shared expressions that more than one of them uses.
func (c *compilation) lower() {
	c.params.Print(c.locals)
	c.spec = &v1alpha1.FrameworkVersionSpec{
		Framework: c.about.name, Version: c.about.version, AppVersion: c.about.appVersion,
		TemplateFormat: render.FormatVersion, Parameters: c.parameters(c.params),
		UpgradableFrom: c.about.upgradableFrom, DriftPolicy: c.about.driftPolicy,
	}
	for _, r := range c.requirements {
		r.outputs.Print(c.locals)
		r.Outputs = c.parameters(r.outputs)
		c.spec.Requires = append(c.spec.Requires, r.Requirement)
	}
	for _, p := range c.plans {
		p.params.Print(c.locals)
		p.Parameters = c.parameters(p.params)
	}
	var roots []*expr.X
	for _, p := range c.plans {
		for i := range p.conditions {
			roots = append(roots, p.conditions[i].When)
		}
	}
	for _, t := range c.tasks {
		for i := range t.objects {
			o := &t.objects[i]
			if o.cond == nil {
				o.cond = expr.Lit(true)
			}
			roots = append(roots, o.cond, o.value)
			if o.ready != nil {
				roots = append(roots, o.ready)
			}
		}
	}
	if c.outputs != nil {
		roots = append(roots, c.outputs)
	}
	c.locals = expr.Inline(roots, c.locals)
	for _, p := range c.plans {
		for _, w := range p.conditions {
			if !w.When.IsTrue() {
				p.Phases[w.Phase].Steps[w.Step].When = expr.Printer{}.Print(w.When)
			}
		}
		c.spec.Plans = append(c.spec.Plans, p.Plan)
	}
	for _, t := range c.tasks {
		c.spec.Tasks = append(c.spec.Tasks, c.template(t))
	}
	if c.outputs != nil {
		c.spec.Outputs = &runtime.RawExtension{Raw: c.json(lower.Template(c.outputs))}
	}
	for _, name := range slices.Sorted(maps.Keys(c.locals)) {
		if c.spec.Locals == nil {
			c.spec.Locals = map[string]string{}
		}
		c.spec.Locals[name] = expr.Printer{}.Print(c.locals[name])
	}
}

func (c *compilation) template(t *task) v1alpha1.Task {
	out := v1alpha1.Task{Name: t.name, Kind: t.kind}
	for _, o := range t.objects {
		raw := c.json(lower.When(o.cond, lower.Template(o.value)))
		object := v1alpha1.ObjectTemplate{ID: o.id, Template: runtime.RawExtension{Raw: raw}}
		if o.ready != nil && !o.ready.IsTrue() {
			object.Ready = expr.Printer{}.Print(o.ready)
		}
		out.Objects = append(out.Objects, object)
	}
	return out
}

// json is canonical: maps have sorted keys, and nothing is escaped for HTML.
func (c *compilation) json(v any) []byte {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		c.diags = append(c.diags, &diag.Diagnostic{Code: diag.BadTemplate, Message: err.Error()})
		return nil
	}
	return []byte(strings.TrimSuffix(b.String(), "\n"))
}

// parameters are the fields of a struct of parameters, with what @param says about each.
func (c *compilation) parameters(p *params.Param) []v1alpha1.Parameter {
	var out []v1alpha1.Parameter
	for _, f := range p.Fields() {
		q := v1alpha1.Parameter{
			Name: f.Name, Description: f.Description, Optional: f.Optional,
			Schema: runtime.RawExtension{Raw: c.json(f.Schema)},
		}
		for _, a := range f.Attributes() {
			switch a.Key {
			case "trigger":
				q.Trigger = a.Value
			case "immutable":
				q.Immutable = true
			case "unit":
				q.Unit = a.Value
			case "group":
				q.Group = a.Value
			case "display":
				q.Display = a.Value
			case "advanced":
				q.Advanced = true
			case "secret":
				q.Secret = true
			case "generate":
				n, _ := strconv.ParseInt(a.Value, 10, 32) // which has been checked
				q.Generate = int32(n)
			}
		}
		out = append(out, q)
	}
	return out
}
