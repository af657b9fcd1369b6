// Package oracle is CUE's own evaluation of a framework for concrete inputs: what templates must agree with.
package oracle

import (
	"encoding/json"
	"fmt"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	cuejson "cuelang.org/go/encoding/json"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/source"
	"github.com/kudoc/kudoc/internal/render"
)

// paramsOnly rewrites a file so that it holds little more than the parameters: the first stage is cheap then.
func paramsOnly(f *ast.File) {
	for _, d := range f.Decls {
		if x, ok := d.(*ast.Field); ok && (isNamed(x, "tasks") || isNamed(x, "outputs")) {
			x.Value = ast.NewIdent("_")
		}
	}
	source.DropUnused(f)
}

// Oracle evaluates the sources with CUE. It is used by one goroutine.
type Oracle struct {
	ctx           *cue.Context
	params, whole cue.Value
}

// Sources are those of a framework.
type Sources struct {
	// Load parses them anew and lets change rewrite the files of the framework before CUE sees them.
	Load func(change source.Change) (*build.Instance, error)
	// Files are those of the framework, and of the frameworks that it extends, if it does.
	Files     []*ast.File
	Extension bool
}

// New loads the sources. Oracles may be made side by side.
func New(s Sources) (*Oracle, error) {
	closing := closed(s.Files, s.Extension)
	small, err := s.Load(func(f *ast.File, base bool) { closing(f, base); paramsOnly(f) })
	if err != nil {
		return nil, err
	}
	whole, err := s.Load(closing)
	if err != nil {
		return nil, err
	}
	o := &Oracle{ctx: cuecontext.New()}
	o.params = o.ctx.BuildInstance(small)
	o.whole = o.ctx.BuildInstance(whole)
	if err := o.params.Err(); err != nil {
		return nil, err
	}
	return o, o.whole.Err()
}

func (o *Oracle) fill(v cue.Value, in map[string]any) (cue.Value, error) {
	b, err := json.Marshal(in)
	if err != nil {
		return v, err
	}
	x, err := cuejson.Extract("input", b)
	if err != nil {
		return v, err
	}
	return v.Unify(o.ctx.BuildExpr(x)), nil
}

func field(v cue.Value, path ...string) cue.Value {
	sels := make([]cue.Selector, len(path))
	for i, p := range path {
		sels[i] = cue.Str(p)
	}
	return v.LookupPath(cue.MakePath(sels...))
}

// read returns a field of a value as JSON, or nil if there is none.
func read(v cue.Value, path ...string) (any, error) {
	f := field(v, path...)
	if !f.Exists() {
		return nil, nil
	}
	if err := f.Validate(cue.Concrete(true), cue.Final()); err != nil {
		return nil, err
	}
	b, err := f.MarshalJSON()
	if err != nil {
		return nil, err
	}
	m, err := render.DecodeJSON([]byte(`{"v":` + string(b) + `}`))
	return m["v"], err
}

// Effective returns the effective parameters.
func (o *Oracle) Effective(given map[string]any) (map[string]any, error) {
	v, err := o.fill(o.params, map[string]any{"params": given})
	if err != nil {
		return nil, err
	}
	return asStruct(read(v, "params"))
}

// PlanEffective returns the effective parameters of one run of a plan.
func (o *Oracle) PlanEffective(params map[string]any, plan string, given map[string]any) (map[string]any, error) {
	v, err := o.fill(o.params, map[string]any{"params": params, "plans": map[string]any{plan: map[string]any{"params": given}}})
	if err != nil {
		return nil, err
	}
	return asStruct(read(v, "plans", plan, "params"))
}

// Required returns what a requirement makes of the outputs of the Instance that meets it.
func (o *Oracle) Required(name string, outputs map[string]any) (map[string]any, error) {
	v, err := o.fill(o.params, map[string]any{"requires": map[string]any{name: map[string]any{"outputs": outputs}}})
	if err != nil {
		return nil, err
	}
	return asStruct(read(v, "requires", name, "outputs"))
}

func asStruct(v any, err error) (map[string]any, error) {
	if err != nil || v == nil {
		return map[string]any{}, err
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("want a struct, got %T", v)
	}
	return m, nil
}

// Evaluation is the framework for concrete inputs.
type Evaluation struct {
	o     *Oracle
	value cue.Value
}

// Evaluate returns the framework of a name and a version for some inputs.
func (o *Oracle) Evaluate(name, version string, in render.Inputs) (Evaluation, error) {
	requires := map[string]any{}
	for name, outputs := range in.Requires {
		requires[name] = map[string]any{"outputs": outputs}
	}
	inputs := map[string]any{
		"params":    in.Params,
		"previous":  map[string]any{"params": orEmpty(in.Previous)},
		"instance":  map[string]any{"name": in.Instance.Name, "namespace": in.Instance.Namespace, "uid": in.Instance.UID},
		"framework": map[string]any{"name": name, "version": version},
		"plan":      map[string]any{"name": in.Plan.Name, "params": in.Plan.Params},
		"phase":     map[string]any{"name": in.Phase},
		"step":      map[string]any{"name": in.Step},
		"execution": map[string]any{"name": in.Execution.Name, "uid": in.Execution.UID},
	}
	if len(requires) > 0 {
		inputs["requires"] = requires
	}
	v, err := o.fill(o.whole, inputs)
	return Evaluation{o, v}, err
}

func orEmpty(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}

// Objects are the objects of a task, by ID as the compiler gives them. Of objects to delete or to wait for, only what identifies them
// counts: what else may be wrong with them does not matter then.
func (e Evaluation) Objects(task string) (map[string]any, error) {
	if list := e.value.LookupPath(cue.MakePath(cue.Str("tasks"), cue.Str(task), cue.Str("delete"))); list.Exists() {
		return identities(list)
	}
	if fields := e.value.LookupPath(cue.MakePath(cue.Str("tasks"), cue.Str(task), cue.Str("wait"))); fields.Exists() {
		return awaited(fields)
	}
	for _, kind := range []string{"apply", "patch"} {
		made, err := read(e.value, "tasks", task, kind)
		if objects, ok := made.(map[string]any); ok || err != nil {
			return objects, err
		}
	}
	run, err := read(e.value, "tasks", task, "run")
	if run == nil || err != nil {
		return map[string]any{}, err
	}
	return map[string]any{task: run}, nil
}

// When is the condition of the step of the inputs.
func (e Evaluation) When(p *v1alpha1.Plan, in render.Inputs) (map[string]any, error) {
	for i, ph := range p.Phases {
		for j, s := range ph.Steps {
			if ph.Name != in.Phase || s.Name != in.Step {
				continue
			}
			path := cue.MakePath(cue.Str("plans"), cue.Str(p.Name), cue.Str("phases"), cue.Index(i), cue.Str("steps"), cue.Index(j), cue.Str("when"))
			holds, err := e.value.LookupPath(path).Bool()
			return map[string]any{"when": holds}, err
		}
	}
	return map[string]any{}, nil
}

// Outputs are the outputs.
func (e Evaluation) Outputs() (map[string]any, error) { return asStruct(read(e.value, "outputs")) }

// Ready is what a task says about an object in the cluster. ok is false where CUE does not take the object.
func (e Evaluation) Ready(task, id string, object map[string]any) (ready, ok bool) {
	v, err := e.o.fill(e.value, map[string]any{"object": object})
	if err != nil {
		return false, false
	}
	f := field(v, "tasks", task, "ready", id)
	if !f.Exists() { // it may stand under a condition
		return true, true
	}
	is, err := f.Bool()
	return is && err == nil, true
}

func identities(list cue.Value) (map[string]any, error) {
	it, err := list.List()
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	for i := 0; it.Next(); i++ {
		if out[fmt.Sprint(i)], err = identity(it.Value()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func awaited(fields cue.Value) (map[string]any, error) {
	it, err := fields.Fields()
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	for it.Next() {
		if out[it.Selector().Unquoted()], err = identity(it.Value()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func identity(object cue.Value) (map[string]any, error) {
	out, meta := map[string]any{}, map[string]any{}
	for _, f := range []struct {
		into map[string]any
		path []string
	}{{out, []string{"apiVersion"}}, {out, []string{"kind"}}, {meta, []string{"metadata", "name"}}, {meta, []string{"metadata", "namespace"}}} {
		v, err := read(object, f.path...)
		if err != nil {
			return nil, err
		}
		if v != nil {
			f.into[f.path[len(f.path)-1]] = v
		}
	}
	out["metadata"] = meta
	return out, nil
}
