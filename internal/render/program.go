package render

import (
	"fmt"
	"strings"

	"github.com/google/cel-go/cel"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/render/expression"
	"github.com/kudoc/kudoc/internal/render/parameter"
	"github.com/kudoc/kudoc/internal/render/spell"
	"github.com/kudoc/kudoc/internal/render/value"
)

// FormatVersion is the version of the template format that this package reads and the compiler writes.
const FormatVersion = "1.0"

// DecodeJSON reads a JSON object as an API server stores it: a number is an int64 if it has such a value, else a float64.
func DecodeJSON(b []byte) (map[string]any, error) {
	v, err := value.Decode(b)
	if err != nil {
		return nil, err
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("want a JSON object, got %s", value.KindOf(v))
	}
	return m, nil
}

// Inputs are what the templates of one step of one execution may read.
type Inputs struct {
	// Params are the effective parameters: what Program.Params returned.
	Params map[string]any
	// Previous are the effective parameters that were applied before; nil if there were none.
	Previous map[string]any
	// Requires are the outputs of the required Instances, by requirement: what Program.Required returned.
	Requires  map[string]any
	Instance  InstanceInfo
	Plan      PlanInfo
	Phase     string
	Step      string
	Execution ExecutionInfo
}

// InstanceInfo identifies the Instance that the objects belong to.
type InstanceInfo struct{ Name, Namespace, UID string }

// PlanInfo is the plan that runs, with the effective parameters of this run.
type PlanInfo struct {
	Name   string
	Params map[string]any
}

// ExecutionInfo identifies the PlanExecution that runs.
type ExecutionInfo struct{ Name, UID string }

// Object is a rendered Kubernetes object. It belongs to the caller.
type Object struct {
	// ID is the author's name for the object within its task.
	ID string
	// Manifest consists of JSON types only: string, bool, int64, float64, nil, []any and map[string]any.
	Manifest map[string]any
}

// Program is a FrameworkVersion that is ready to be rendered. It is safe for concurrent use.
type Program struct {
	framework, version string
	params             *parameter.Struct
	plans              map[string]*parameter.Struct
	requires           map[string]*parameter.Struct
	locals             map[string]*expression.Compiled
	tasks              map[string][]template
	conditions         map[stepKey]*expression.Compiled
	outputs            node
	// wait is called before more than a small part of the budget is used.
	wait func() error
}

// stepKey is where a step is.
type stepKey struct{ plan, phase, step string }

type template struct {
	id    string
	node  node
	ready *expression.Compiled // or nil
}

// Load parses and checks everything that a FrameworkVersion holds.
func Load(spec *v1alpha1.FrameworkVersionSpec) (*Program, error) {
	if spec == nil {
		return nil, fmt.Errorf("there is no FrameworkVersion")
	}
	major, _, _ := strings.Cut(FormatVersion, ".")
	if got, _, _ := strings.Cut(spec.TemplateFormat, "."); got != major {
		return nil, fmt.Errorf("template format %q is not supported: this version of kudoc reads %s.x", spec.TemplateFormat, major)
	}
	if n := expressions(spec); n > maxExpressions {
		return nil, fmt.Errorf("it has %d expressions, more than %d: no framework needs so many", n, maxExpressions)
	}
	env, err := expression.Env()
	if err != nil {
		return nil, err
	}
	load, err := parameter.NewLoader(env)
	if err != nil {
		return nil, err
	}
	p := &Program{framework: spec.Framework, version: spec.Version, plans: map[string]*parameter.Struct{}, requires: map[string]*parameter.Struct{}, locals: map[string]*expression.Compiled{}, tasks: map[string][]template{}, conditions: map[stepKey]*expression.Compiled{}}
	if p.params, err = load.Load(spec.Parameters); err != nil {
		return nil, err
	}
	for i := range spec.Requires {
		r := &spec.Requires[i]
		if p.requires[r.Name], err = load.Load(r.Outputs); err != nil {
			return nil, fmt.Errorf("requirement %q: %w", r.Name, err)
		}
	}
	for i := range spec.Plans {
		plan := &spec.Plans[i]
		if p.plans[plan.Name], err = load.Load(plan.Parameters); err != nil {
			return nil, fmt.Errorf("plan %q: %w", plan.Name, err)
		}
		if err := p.loadConditions(plan, env); err != nil {
			return nil, fmt.Errorf("plan %q: %w", plan.Name, err)
		}
	}
	if err := p.loadTemplates(spec, env); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *Program) loadTemplates(spec *v1alpha1.FrameworkVersionSpec, env *cel.Env) error {
	for name, source := range spec.Locals {
		e, err := expression.Compile(env, source)
		if err != nil {
			return fmt.Errorf("local %q: %w", name, err)
		}
		p.locals[name] = e
	}
	parse := &parser{env: env}
	for i := range spec.Tasks {
		t := &spec.Tasks[i]
		if _, twice := p.tasks[t.Name]; twice {
			return fmt.Errorf("task %q is declared twice", t.Name)
		}
		templates := []template{}
		for j := range t.Objects {
			n, err := parse.parseTemplate(t.Objects[j].Template.Raw)
			if err != nil {
				return fmt.Errorf("task %q: object %q: %w", t.Name, t.Objects[j].ID, err)
			}
			loaded := template{id: t.Objects[j].ID, node: n}
			if t.Objects[j].Ready != "" {
				if loaded.ready, err = expression.Compile(env, t.Objects[j].Ready); err != nil {
					return fmt.Errorf("task %q: object %q: ready: %w", t.Name, t.Objects[j].ID, err)
				}
			}
			templates = append(templates, loaded)
		}
		p.tasks[t.Name] = templates
	}
	if spec.Outputs != nil && len(spec.Outputs.Raw) > 0 {
		n, err := parse.parseTemplate(spec.Outputs.Raw)
		if err != nil {
			return fmt.Errorf("outputs: %w", err)
		}
		p.outputs = n
	}
	return nil
}

// Params returns the effective parameters for those that an Instance sets: defaults filled in, types and constraints
// checked. The error is parameter.Errors with everything that is wrong.
func (p *Program) Params(given map[string]any) (map[string]any, error) {
	return within(p, func(b *expression.Budget) (map[string]any, error) {
		vars := map[string]any{"framework": map[string]any{"name": p.framework, "version": p.version}}
		return p.params.Resolve(given, []string{"params"}, vars, b)
	})
}

// PlanParams returns the effective parameters of one run of a plan. Only in.Params and in.Instance need to be set.
func (p *Program) PlanParams(plan string, given map[string]any, in Inputs) (map[string]any, error) {
	s, ok := p.plans[plan]
	if !ok {
		return nil, fmt.Errorf("no plan %q%s", plan, spell.Hint(plan, sortedKeys(p.plans)))
	}
	in.Plan = PlanInfo{Name: plan}
	return within(p, func(b *expression.Budget) (map[string]any, error) {
		r, err := p.rendering(in, b)
		if err != nil {
			return nil, err
		}
		return s.Resolve(given, []string{"plan", "params"}, r.vars, b)
	})
}

// Required returns what templates read of the outputs of the Instance that meets a requirement. Outputs that the requirement
// does not mention are left out; those that it does are checked, and the error says everything that is wrong.
func (p *Program) Required(name string, outputs map[string]any) (map[string]any, error) {
	s, ok := p.requires[name]
	if !ok {
		return nil, fmt.Errorf("no requirement %q%s", name, spell.Hint(name, sortedKeys(p.requires)))
	}
	known := map[string]any{}
	for k, v := range outputs {
		if s.Has(k) {
			known[k] = v
		}
	}
	return within(p, func(b *expression.Budget) (map[string]any, error) {
		return s.Resolve(known, []string{"outputs"}, map[string]any{}, b)
	})
}

// rendering makes the variables of one call.
func (p *Program) rendering(in Inputs, b *expression.Budget) (*rendering, error) {
	r := &rendering{budget: b}
	r.vars = map[string]any{
		"instance":  map[string]any{"name": in.Instance.Name, "namespace": in.Instance.Namespace, "uid": in.Instance.UID},
		"framework": map[string]any{"name": p.framework, "version": p.version},
		"phase":     map[string]any{"name": in.Phase},
		"step":      map[string]any{"name": in.Step},
		"execution": map[string]any{"name": in.Execution.Name, "uid": in.Execution.UID},
	}
	params, err := value.Canonical(orEmpty(in.Params), 0)
	if err != nil {
		return nil, fmt.Errorf("params: %w", err)
	}
	previous, err := value.Canonical(orEmpty(in.Previous), 0)
	if err != nil {
		return nil, fmt.Errorf("previous.params: %w", err)
	}
	planParams, err := value.Canonical(orEmpty(in.Plan.Params), 0)
	if err != nil {
		return nil, fmt.Errorf("plan.params: %w", err)
	}
	requires := map[string]any{}
	for name, outputs := range in.Requires {
		if requires[name], err = value.Canonical(map[string]any{"outputs": outputs}, 0); err != nil {
			return nil, fmt.Errorf("requires.%s.outputs: %w", name, err)
		}
	}
	r.vars["params"] = params
	r.vars["requires"] = requires
	r.vars["previous"] = map[string]any{"params": previous}
	r.vars["plan"] = map[string]any{"name": in.Plan.Name, "params": planParams}
	r.vars["local"] = &locals{Object: value.NewObject(len(p.locals)), rendering: r, expressions: p.locals}
	return r, nil
}

func orEmpty(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}

// Objects renders the objects of a task, in the author's order, without those that render to nothing.
func (p *Program) Objects(task string, in Inputs) ([]Object, error) {
	return within(p, func(b *expression.Budget) ([]Object, error) {
		r, err := p.rendering(in, b)
		if err != nil {
			return nil, err
		}
		return p.objects(r, task)
	})
}

// Rendering renders several tasks for the same inputs: what their templates share is computed once. It is for one
// goroutine.
type Rendering struct {
	program *Program
	*rendering
}

// With prepares to render tasks for some inputs.
func (p *Program) With(in Inputs) (*Rendering, error) {
	r, err := p.rendering(in, expression.NewBudget())
	return &Rendering{p, r}, err
}

// Objects is Program.Objects.
func (r *Rendering) Objects(task string) ([]Object, error) {
	r.budget = expression.NewBudget()
	return r.program.objects(r.rendering, task)
}

func (p *Program) objects(r *rendering, task string) ([]Object, error) {
	templates, ok := p.tasks[task]
	if !ok {
		return nil, fmt.Errorf("no task %q%s", task, spell.Hint(task, sortedKeys(p.tasks)))
	}
	var out []Object
	ids := map[string]bool{}
	for i, t := range templates {
		v, err := t.node.render(r)
		if err != nil {
			return nil, fmt.Errorf("task %q: %w", task, inside(t.name(i), err))
		}
		objects, err := t.objects(v)
		if err != nil {
			return nil, fmt.Errorf("task %q: %w", task, inside(t.name(i), err))
		}
		for _, o := range objects {
			if ids[o.ID] {
				return nil, fmt.Errorf("task %q: two objects have the ID %q", task, o.ID)
			}
			if len(out) == maxObjects {
				return nil, fmt.Errorf("task %q has more than %d objects: spread them over several tasks", task, maxObjects)
			}
			ids[o.ID] = true
			out = append(out, o)
		}
	}
	return out, nil
}

func (t *template) name(i int) string {
	if t.id == "" {
		return fmt.Sprintf("[%d]", i)
	}
	return t.id
}

// objects are what a template rendered to: one object, or a map of them, or nothing.
func (t *template) objects(v any) ([]Object, error) {
	if _, none := v.(absent); none {
		return nil, nil
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("want an object, got %s", value.KindOf(v))
	}
	if t.id != "" {
		return []Object{{ID: t.id, Manifest: m}}, nil
	}
	var out []Object
	for _, id := range sortedKeys(m) {
		o, ok := m[id].(map[string]any)
		if !ok {
			return nil, inside(id, fmt.Errorf("want an object, got %s", value.KindOf(m[id])))
		}
		out = append(out, Object{ID: id, Manifest: o})
	}
	return out, nil
}

// Outputs renders the values that an Instance shows to others.
func (p *Program) Outputs(in Inputs) (map[string]any, error) {
	if p.outputs == nil {
		return map[string]any{}, nil
	}
	v, err := within(p, func(b *expression.Budget) (any, error) {
		r, err := p.rendering(in, b)
		if err != nil {
			return nil, err
		}
		return p.outputs.render(r)
	})
	if err != nil {
		return nil, fmt.Errorf("outputs: %w", err)
	}
	if _, none := v.(absent); none {
		return map[string]any{}, nil
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("outputs: want a struct, got %s", value.KindOf(v))
	}
	return m, parameter.Fits("the outputs", m)
}
