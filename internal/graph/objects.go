package graph

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/render"
)

// maker knows what tasks make for the defaults, and for values that stand for those that have none.
type maker struct {
	spec    *v1alpha1.FrameworkVersionSpec
	program *render.Program
	inputs  render.Inputs
	// complete says that there are values for all that templates read.
	complete bool
}

func makerOf(spec *v1alpha1.FrameworkVersionSpec) (*maker, error) {
	program, err := render.Load(spec)
	if err != nil {
		return nil, fmt.Errorf("load the templates: %w", err)
	}
	m := &maker{spec: spec, program: program, inputs: render.Inputs{
		Instance:  render.InstanceInfo{Name: spec.Framework, Namespace: "default"},
		Execution: render.ExecutionInfo{Name: spec.Framework + "-1"},
	}}
	if m.inputs.Params, err = program.Params(standIns(spec.Parameters)); err != nil {
		return m, nil //nolint:nilerr // some parameter wants more than its type says: what it decides is not known
	}
	m.inputs.Requires = map[string]any{}
	for _, r := range spec.Requires {
		outputs, err := program.Required(r.Name, standIns(r.Outputs))
		if err != nil {
			return m, nil //nolint:nilerr // the same of an output
		}
		m.inputs.Requires[r.Name] = outputs
	}
	m.complete = true
	return m, nil
}

// task is a task in a step. What cannot be known without parameters is shown by its id.
func (m *maker) task(name, plan, phase, step string) Task {
	t := m.spec.Task(name)
	if t == nil {
		return Task{Name: name}
	}
	out := Task{Name: name, Verb: t.Kind.Field()}
	made, ok := m.objects(name, plan, phase, step)
	shown := func(o render.Object) Object {
		obj := Object{Kind: text(o.Manifest, "kind"), Name: text(o.Manifest, "metadata", "name")}
		if t.Kind == v1alpha1.TaskRun {
			obj.Name += "-…" // the controller adds a suffix
		}
		return obj
	}
	for _, template := range t.Objects {
		n := slices.IndexFunc(made, func(o render.Object) bool { return o.ID == template.ID })
		switch {
		case template.ID != "" && n >= 0:
			out.Objects = append(out.Objects, shown(made[n]))
			made = slices.Delete(made, n, n+1)
		case template.ID != "" || !ok:
			out.Objects = append(out.Objects, Object{Kind: kindIn(template.Template.Raw), Name: template.ID, Sometimes: ok})
		}
	}
	for _, o := range made { // of templates that make any number of them
		out.Objects = append(out.Objects, shown(o))
	}
	return out
}

func (m *maker) objects(task, plan, phase, step string) ([]render.Object, bool) {
	if !m.complete {
		return nil, false
	}
	in := m.inputs
	in.Plan, in.Phase, in.Step = render.PlanInfo{Name: plan, Params: map[string]any{}}, phase, step
	if params, err := m.program.PlanParams(plan, standIns(m.spec.Plan(plan).Parameters), in); err == nil {
		in.Plan.Params = params
	}
	made, err := m.program.Objects(task, in)
	return made, err == nil
}

// kindIn is the kind in a template, if the template says it.
func kindIn(raw []byte) string {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return ""
	}
	return firstKind(v)
}

func firstKind(v any) string {
	switch v := v.(type) {
	case map[string]any:
		if kind := text(v, "kind"); kind != "" && v["metadata"] != nil {
			return kind
		}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if kind := firstKind(v[k]); kind != "" {
				return kind
			}
		}
	case []any:
		for _, x := range v {
			if kind := firstKind(x); kind != "" {
				return kind
			}
		}
	}
	return ""
}

func text(v any, path ...string) string {
	for _, name := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return ""
		}
		v = m[name]
	}
	s, _ := v.(string)
	return s
}
