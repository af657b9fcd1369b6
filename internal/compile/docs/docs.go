// Package docs writes the documentation of a framework version as Markdown, from what the compiler emits.
package docs

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/render/parameter"
)

// Markdown documents the parameters of a version, its plans, its outputs and its images.
func Markdown(f *v1alpha1.Framework, v *v1alpha1.FrameworkVersion) (string, error) {
	p := &page{}
	p.line("# %s %s", v.Spec.Framework, v.Spec.Version)
	p.paragraph(f.Spec.Description)
	if v.Spec.AppVersion != "" {
		p.line("It runs version %s. An instance names it as `frameworkVersion: %s`.", v.Spec.AppVersion, v.Name)
	} else {
		p.line("An instance names it as `frameworkVersion: %s`.", v.Name)
	}
	if f.Spec.URL != "" {
		p.line("See <%s>.", f.Spec.URL)
	}
	p.line("## Parameters")
	if err := p.parameters(v.Spec.Parameters, "###"); err != nil {
		return "", err
	}
	if err := p.requirements(v.Spec.Requires); err != nil {
		return "", err
	}
	p.line("## Plans")
	for i := range v.Spec.Plans {
		if err := p.plan(&v.Spec.Plans[i]); err != nil {
			return "", err
		}
	}
	if err := p.outputs(v); err != nil {
		return "", err
	}
	if len(v.Spec.Build.Images) > 0 {
		p.line("## Images")
		p.items(Images(v.Spec.Build.Images))
	}
	return strings.Join(p.blocks, "\n\n") + "\n", nil
}

// requirements are the frameworks of which an instance needs one each.
func (p *page) requirements(rs []v1alpha1.Requirement) error {
	if len(rs) == 0 {
		return nil
	}
	p.line("## Requirements")
	p.line("An instance names, under `requires`, an instance of each of these frameworks in its namespace. It waits until that has been deployed, and follows when its outputs change.")
	for _, r := range rs {
		p.line("### %s", r.Name)
		p.line("An instance of framework `%s`, version `%s`. These of its outputs are read:", r.Framework, r.Version)
		if err := p.parameters(r.Outputs, "####"); err != nil {
			return err
		}
	}
	return nil
}

// page is blocks with an empty line between them.
type page struct{ blocks []string }

func (p *page) line(format string, args ...any) {
	p.blocks = append(p.blocks, fmt.Sprintf(format, args...))
}

func (p *page) paragraph(text string) {
	if text = strings.TrimSpace(text); text != "" {
		p.blocks = append(p.blocks, text)
	}
}

func (p *page) items(lines []string) {
	p.blocks = append(p.blocks, "- "+strings.Join(lines, "\n- "))
}

// parameters are a section for each group, in the order in which the author mentions them; those without one come first.
func (p *page) parameters(ps []v1alpha1.Parameter, heading string) error {
	if len(ps) == 0 {
		p.line("There are none.")
		return nil
	}
	groups := []string{""}
	for _, q := range ps {
		if !slices.Contains(groups, q.Group) {
			groups = append(groups, q.Group)
		}
	}
	for _, g := range groups {
		var members []v1alpha1.Parameter
		for _, advanced := range []bool{false, true} {
			for _, q := range ps {
				if q.Group == g && q.Advanced == advanced {
					members = append(members, q)
				}
			}
		}
		if g != "" {
			p.line("%s %s", heading, g)
		}
		for i := range members {
			if err := p.parameter(&members[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *page) parameter(q *v1alpha1.Parameter) error {
	var s parameter.Schema
	if err := json.Unmarshal(q.Schema.Raw, &s); err != nil {
		return fmt.Errorf("parameter %q: %w", q.Name, err)
	}
	name := "**`" + q.Name + "`**"
	if q.Display != "" {
		name += " " + q.Display
	}
	facts, inner := facts(&s, q.Optional), fields(&s, "")
	if q.Secret {
		facts, inner = secretFacts(q), nil
	}
	if q.Unit != "" {
		facts = slices.Insert(facts, 1, "in "+q.Unit)
	}
	if q.Immutable {
		facts = append(facts, "cannot change once an instance is deployed")
	}
	if q.Trigger != "" {
		facts = append(facts, "a change runs the plan `"+q.Trigger+"`")
	}
	if q.Advanced {
		facts = append(facts, "advanced")
	}
	text := name + ": " + strings.Join(facts, "; ")
	if q.Description != "" {
		text += "  \n" + strings.TrimSpace(q.Description)
	}
	if len(inner) > 0 {
		text += "\n\n" + strings.Join(inner, "\n")
	}
	p.blocks = append(p.blocks, text)
	return nil
}

// secretFacts are what there is to say about a reference to a secret.
func secretFacts(q *v1alpha1.Parameter) []string {
	out := []string{"reference to a Secret, `{name, key}`"}
	switch {
	case q.Generate > 0:
		return append(out, fmt.Sprintf("a secret of %d characters is generated unless it is set", q.Generate))
	case q.Optional:
		return append(out, "optional")
	}
	return append(out, "required")
}

// facts are the type, the default and the constraint of a parameter.
func facts(s *parameter.Schema, optional bool) []string {
	out := []string{typeName(s, false)}
	switch {
	case optional:
		out = append(out, "optional")
	case s.Default != nil:
		out = append(out, "default `"+string(s.Default)+"`")
	case s.DefaultExpr != "":
		out = append(out, "by default computed as `"+s.DefaultExpr+"`")
	case s.Type == "list" || s.Type == "map":
		out = append(out, "empty by default")
	case s.Type == "struct":
	default:
		out = append(out, "required")
	}
	if s.Want != "" {
		out = append(out, "must be `"+strings.Join(strings.Fields(s.Want), " ")+"`")
	}
	if s.Keys != "" {
		out = append(out, "each key must match `"+s.Keys+"`")
	}
	for e := s.Elem; e != nil; e = e.Elem {
		if e.Want != "" {
			out = append(out, "each must be `"+strings.Join(strings.Fields(e.Want), " ")+"`")
		}
	}
	return out
}

var names = map[string][2]string{
	"any": {"any value", "values of any type"}, "bool": {"boolean", "booleans"}, "int": {"integer", "integers"}, "number": {"number", "numbers"},
	"string": {"string", "strings"}, "struct": {"struct", "structs"},
}

// typeName is a type for people, of one value or of several.
func typeName(s *parameter.Schema, several bool) string {
	i, list, table := 0, "list", "map"
	if several {
		i, list, table = 1, "lists", "maps"
	}
	switch s.Type {
	case "list":
		return list + " of " + typeName(s.Elem, true)
	case "map":
		return table + " of " + typeName(s.Elem, true)
	}
	return names[s.Type][i]
}

// fields are a nested list of the fields in a value.
func fields(s *parameter.Schema, indent string) []string {
	var out []string
	for i := range s.Fields {
		f := &s.Fields[i]
		line := indent + "- `" + f.Name + "`: " + strings.Join(facts(&f.Schema, f.Optional), "; ")
		if f.Description != "" {
			line += ". " + strings.Join(strings.Fields(f.Description), " ")
		}
		out = append(append(out, line), fields(&f.Schema, indent+"  ")...)
	}
	if s.Elem != nil {
		out = append(out, fields(s.Elem, indent)...)
	}
	return out
}

func (p *page) plan(plan *v1alpha1.Plan) error {
	p.line("### %s", plan.Name)
	var lines []string
	for i, ph := range plan.Phases {
		line := fmt.Sprintf("%d. %s%s", i+1, ph.Name, together(ph.Strategy, len(ph.Steps), "steps"))
		lines = append(lines, line)
		for _, s := range ph.Steps {
			step := fmt.Sprintf("   - %s: %s", s.Name, strings.Join(s.Tasks, ", "))
			if s.When != "" {
				step += fmt.Sprintf("; only if `%s`", s.When)
			}
			if s.Timeout != nil {
				step += fmt.Sprintf("; at most %s", short(s.Timeout.Duration))
			}
			if s.Retries > 0 {
				step += fmt.Sprintf(", after failures %d times more", s.Retries)
			}
			if s.Always {
				step += "; also after a failure"
			}
			lines = append(lines, step)
		}
	}
	if text := settings(plan); text != "" {
		p.line("%s", text)
	}
	if plan.Strategy == v1alpha1.Parallel && len(plan.Phases) > 1 {
		p.line("All phases at once:")
	}
	p.line("%s", strings.Join(lines, "\n"))
	if len(plan.Parameters) > 0 {
		p.line("Parameters of a run:")
		return p.parameters(plan.Parameters, "####")
	}
	return nil
}

// settings are sentences about a plan as a whole.
func settings(plan *v1alpha1.Plan) string {
	var out []string
	if plan.Deadline != nil {
		out = append(out, fmt.Sprintf("It takes at most %s.", short(plan.Deadline.Duration)))
	}
	if plan.OnChange == v1alpha1.OnChangeRestart {
		out = append(out, "It starts over when the spec changes meanwhile.")
	}
	if len(plan.Rotates) > 0 {
		out = append(out, "It makes new values of "+strings.Join(plan.Rotates, ", ")+".")
	}
	return strings.Join(out, " ")
}

// short is a duration without what is zero: 10m.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func together(s v1alpha1.Strategy, n int, what string) string {
	if s == v1alpha1.Parallel && n > 1 {
		return ", all " + what + " at once"
	}
	return ""
}

// outputs are the values that an instance shows, as their templates.
func (p *page) outputs(v *v1alpha1.FrameworkVersion) error {
	if v.Spec.Outputs == nil {
		return nil
	}
	var out map[string]json.RawMessage
	if err := json.Unmarshal(v.Spec.Outputs.Raw, &out); err != nil {
		return fmt.Errorf("outputs: %w", err)
	}
	p.line("## Outputs")
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(out)) {
		var node struct {
			CEL  *string `json:"$cel"`
			Text *string `json:"$text"`
		}
		text := string(out[name])
		if json.Unmarshal(out[name], &node) == nil && node.CEL != nil {
			text = *node.CEL
		} else if node.Text != nil {
			text = *node.Text
		}
		lines = append(lines, "`"+name+"`: `"+text+"`")
	}
	p.items(lines)
	return nil
}

// Images are lines for people, one for each image.
func Images(images []v1alpha1.ContainerImage) []string {
	var out []string
	for _, i := range images {
		switch {
		case len(i.Parameters) == 0:
			out = append(out, i.Image)
		case i.Image == "":
			out = append(out, "what "+decides(i.Parameters))
		default:
			out = append(out, i.Image+", unless "+decides(i.Parameters)+" otherwise")
		}
	}
	return out
}

func decides(names []string) string {
	if len(names) == 1 {
		return "parameter " + names[0] + " says"
	}
	return "parameters " + strings.Join(names, ", ") + " say"
}
