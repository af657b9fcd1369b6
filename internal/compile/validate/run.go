package validate

import (
	"cmp"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/coverage"
	"github.com/kudoc/kudoc/internal/compile/source"
	"github.com/kudoc/kudoc/internal/render"
)

// DefaultInputs is how many accepted inputs a build tries; about as many that must be rejected come on top.
const DefaultInputs = 26

// Subject is what is compared.
type Subject struct {
	Spec    *v1alpha1.FrameworkVersionSpec
	Program *render.Program
	// Load parses the sources anew and lets change rewrite the files of the framework before CUE sees them.
	Load func(change source.Change) (*build.Instance, error)
	// Files are those of the framework, and of the frameworks that it extends, if it does.
	Files     []*ast.File
	Extension bool
	// Branches are the conditions in the templates: inputs are chosen so that they go both ways.
	Branches []coverage.Branch
	// Structure says what is wrong with the structure of an object that both sides agree on; nil asks nobody.
	Structure func(object map[string]any) []string
	// Inputs is how many inputs to try; 0 is DefaultInputs.
	Inputs int
}

// Mismatch is an input for which template and CUE disagree.
type Mismatch struct {
	// Input and PlanInput are the parameters that were set, of the framework and of the plan.
	Input, PlanInput map[string]any
	// Previous are the parameters that were set before; nil if none were applied before.
	Previous map[string]any
	// Requires are outputs of required Instances, by requirement.
	Requires map[string]map[string]any
	Place    Place
	// Rejected is CUE's error where the template renders; Failed the template's error where CUE evaluates.
	Rejected, Failed error
	// Structure is what Kubernetes finds wrong with an object on which both sides agree.
	Structure string
	// Differences is where the results differ.
	Differences []Difference
}

// Report is the outcome.
type Report struct {
	// Inputs and Comparisons count what was done; Rejected the comparisons in which both sides refused; Overflows those
	// in which only the template did, because an integer does not fit in 64 bits.
	Inputs, Comparisons, Rejected, Overflows int
	// Mismatches is one for each cause, with the smallest input that was found to show it.
	Mismatches []Mismatch
	Coverage   coverage.Coverage
}

// run is one validation.
type run struct {
	Subject
	uses   []use
	probe  *coverage.Probe
	only   *use // the only step to compare, while an input is being shrunk
	mu     sync.Mutex
	report Report
}

// use is a step of a plan in which a task is executed.
type use struct{ plan, phase, step, task string }

// Run compares.
func Run(s Subject) (Report, error) {
	r := &run{Subject: s, uses: usesOf(s.Spec)}
	if r.Inputs == 0 {
		r.Inputs = DefaultInputs
	}
	var err error
	if r.probe, err = coverage.New(s.Spec, s.Branches); err != nil {
		return Report{}, err
	}
	trials, err := r.trials()
	if err != nil {
		return Report{}, err
	}
	r.report.Inputs, r.report.Coverage = len(trials), r.probe.Coverage()
	if r.Structure != nil { // whoever judges may have to prepare, which goes well with making oracles
		go r.Structure(map[string]any{"apiVersion": "v1", "kind": "ConfigMap"})
	}
	workers := min(runtime.NumCPU(), 8, len(trials))
	oracles := make([]*oracle, workers)
	for i := range oracles { // one after the other: building resolves identifiers in the trees
		if oracles[i], err = r.oracle(); err != nil {
			return Report{}, err
		}
	}
	queue := make(chan trial)
	var wg sync.WaitGroup
	for _, o := range oracles {
		wg.Go(func() {
			for t := range queue {
				r.guarded(o, t)
			}
		})
	}
	for _, t := range trials {
		queue <- t
	}
	close(queue)
	wg.Wait()
	slices.SortStableFunc(r.report.Mismatches, func(a, b Mismatch) int {
		x, y := show(a.Input), show(b.Input)
		return cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(a.Place.What(), b.Place.What()), strings.Compare(a.Place.In(), b.Place.In()), strings.Compare(x, y))
	})
	if len(oracles) > 0 {
		r.report.Mismatches = r.explained(oracles[0])
	}
	return r.report, nil
}

func (r *run) oracle() (*oracle, error) {
	closed := Closed(r.Files, r.Extension)
	small, err := r.Load(func(f *ast.File, base bool) { closed(f, base); ParamsOnly(f) })
	if err != nil {
		return nil, err
	}
	whole, err := r.Load(closed)
	if err != nil {
		return nil, err
	}
	return newOracle(small, whole)
}

// usesOf lists the steps in which each task is executed; a task that no plan uses is compared in the first step.
func usesOf(spec *v1alpha1.FrameworkVersionSpec) []use {
	var out []use
	used := map[string]bool{}
	var first use
	for _, p := range spec.Plans {
		for _, ph := range p.Phases {
			for _, s := range ph.Steps {
				if first.plan == "" {
					first = use{p.Name, ph.Name, s.Name, ""}
				}
				for _, t := range s.Tasks {
					out = append(out, use{p.Name, ph.Name, s.Name, t})
					used[t] = true
				}
			}
		}
	}
	for _, t := range spec.Tasks {
		if !used[t.Name] {
			u := first
			u.task = t.Name
			out = append(out, u)
		}
	}
	return out
}

// inputs are the inputs that the controller provides, with strings that show where they end up.
func (r *run) inputs(params map[string]any, t trial) render.Inputs {
	var previous map[string]any
	if t.previous != nil {
		previous, _ = r.Program.Params(t.previous) // an input that is not accepted was never applied
	}
	return render.Inputs{
		Params:    params,
		Previous:  previous,
		Instance:  render.InstanceInfo{Name: "my-instance", Namespace: "some-namespace", UID: "11111111-2222-3333-4444-555555555555"},
		Execution: render.ExecutionInfo{Name: "my-execution", UID: "66666666-7777-8888-9999-000000000000"},
	}
}

// guarded is try; a panic of CUE becomes a mismatch of this input.
func (r *run) guarded(o *oracle, t trial) {
	defer func() {
		if p := recover(); p != nil {
			m := t.mismatch(Place{})
			m.Failed = fmt.Errorf("internal error: %v", p)
			r.add(m)
		}
	}()
	r.try(o, t)
}

// try compares one input: parameters first, then the tasks in the steps that use them, and the outputs.
func (r *run) try(o *oracle, t trial) {
	got, gotErr := r.Program.Params(t.params)
	want, wantErr := o.effective(t.params)
	params, ok := r.compare(t, Place{}, want, wantErr, got, gotErr)
	if !ok {
		return
	}
	required, ok := r.required(o, t)
	if !ok {
		return
	}
	for _, u := range r.contexts(t.index) {
		in := r.inputs(params, t)
		in.Requires = required
		in.Plan.Name, in.Phase, in.Step = u.plan, u.phase, u.step
		got, gotErr := r.Program.PlanParams(u.plan, t.plan[u.plan], in)
		in.Plan.Params = map[string]any{}
		if given := t.plan[u.plan]; given != nil {
			want, wantErr := o.planEffective(params, u.plan, given)
			if in.Plan.Params, ok = r.compare(t, Place{Plan: u.plan}, want, wantErr, got, gotErr); !ok {
				continue
			}
		}
		r.tryStep(o, t, in)
	}
}

// required compares the outputs of required Instances, and returns what both sides make of them.
func (r *run) required(o *oracle, t trial) (map[string]any, bool) {
	out := map[string]any{}
	for _, q := range r.Spec.Requires {
		got, gotErr := r.Program.Required(q.Name, t.requires[q.Name])
		want, wantErr := o.required(q.Name, t.requires[q.Name])
		both, ok := r.compare(t, Place{Requirement: q.Name}, want, wantErr, got, gotErr)
		if !ok {
			return nil, false
		}
		out[q.Name] = both
	}
	return out, true
}

// contexts are the steps in which an input is tried: all of them for the first input, then one after the other, because
// most templates are the same in all.
func (r *run) contexts(index int) []use {
	var steps []use
	if r.only != nil && r.only.phase != "" {
		return []use{*r.only}
	}
	for _, u := range r.uses {
		u.task = ""
		if !slices.Contains(steps, u) {
			steps = append(steps, u)
		}
	}
	if index == 0 || len(steps) == 0 {
		return steps
	}
	return steps[index%len(steps):][:1]
}

func (r *run) tryStep(o *oracle, t trial, in render.Inputs) {
	at := Place{Plan: in.Plan.Name, Phase: in.Phase, Step: in.Step}
	e, err := o.evaluate(framework{r.Spec.Framework, r.Spec.Version}, in)
	if err != nil {
		m := t.mismatch(at)
		m.Rejected = err
		r.add(m)
		return
	}
	var results []result
	for _, u := range r.tasksIn(in) {
		var x result
		x.want, x.wantErr = e.objects(u)
		objects, err := r.Program.Objects(u, in)
		if x.wantErr != nil && err == nil && r.Spec.Task(u).Kind == v1alpha1.TaskDelete {
			r.count(nil) // an object can be deleted even if its other fields conflict, about which CUE complains
			continue
		}
		x.place, x.got, x.gotErr = at, map[string]any{}, err
		x.place.Task = u
		for _, o := range objects {
			x.got[o.ID] = o.Manifest
		}
		results = append(results, x)
	}
	if r.Spec.Outputs != nil {
		x := result{place: at}
		x.place.Outputs = true
		x.want, x.wantErr = asStruct(read(e.value, "outputs"))
		x.got, x.gotErr = r.Program.Outputs(in)
		results = append(results, x)
	}
	if s := stepOf(r.Spec, in); s != nil && s.When != "" {
		x := result{place: at}
		x.place.When = true
		x.want, x.wantErr = e.when(r.Spec.Plan(in.Plan.Name), in)
		holds, err := r.Program.When(in)
		x.got, x.gotErr = map[string]any{"when": holds}, err
		results = append(results, x)
	}
	refused := slices.ContainsFunc(results, func(x result) bool { return x.wantErr != nil && x.gotErr != nil })
	for _, x := range results {
		if refused && x.wantErr != nil { // to CUE, a field of a struct that has an error elsewhere is an error too
			r.count(&r.report.Rejected)
			continue
		}
		if _, same := r.compare(t, x.place, x.want, x.wantErr, x.got, x.gotErr); same && x.place.Task != "" {
			r.structure(t, x)
			r.ready(o, e, t, x, in)
		}
	}
}

// stepOf is the step of some inputs, or nil.
func stepOf(spec *v1alpha1.FrameworkVersionSpec, in render.Inputs) *v1alpha1.Step {
	p := spec.Plan(in.Plan.Name)
	if p == nil {
		return nil
	}
	for i := range p.Phases {
		for j := range p.Phases[i].Steps {
			if p.Phases[i].Name == in.Phase && p.Phases[i].Steps[j].Name == in.Step {
				return &p.Phases[i].Steps[j]
			}
		}
	}
	return nil
}

// structure lets Kubernetes judge the objects on which both sides agree. Of objects to delete, only the identity is there.
func (r *run) structure(t trial, x result) {
	if r.Structure == nil || r.Spec.Task(x.place.Task).Kind == v1alpha1.TaskDelete {
		return
	}
	for _, id := range slices.Sorted(maps.Keys(x.got)) {
		object, ok := x.got[id].(map[string]any)
		if !ok {
			continue
		}
		for _, wrong := range r.Structure(object) {
			m := t.mismatch(x.place)
			m.Structure = wrong
			m.Differences = []Difference{{Path: id, under: id}} // where it is
			r.add(m)
		}
	}
}

// result is what both sides make of one place.
type result struct {
	place           Place
	want, got       map[string]any
	wantErr, gotErr error
}

// tasksIn are the tasks to compare in a step. A task that never sees it is compared too, unless it reads parameters that
// this plan lacks.
func (r *run) tasksIn(in render.Inputs) []string {
	var out []string
	for _, u := range r.uses {
		inStep := u.plan == in.Plan.Name && u.phase == in.Phase && u.step == in.Step
		if !slices.Contains(out, u.task) && (inStep || !r.readsPlan(u.task)) {
			out = append(out, u.task)
		}
	}
	return out
}

func (r *run) readsPlan(task string) bool {
	return mentions(r.Spec.Locals, "plan.params", r.Spec.Task(task))
}

// mentions says whether the templates of some tasks, or a shared expression, mention something.
func mentions(locals map[string]string, text string, tasks ...*v1alpha1.Task) bool {
	for _, t := range tasks {
		for _, o := range t.Objects {
			if strings.Contains(string(o.Template.Raw), text) {
				return true
			}
		}
	}
	for _, l := range locals {
		if strings.Contains(l, text) {
			return true
		}
	}
	return false
}

// compare notes a comparison, and returns the value if both sides have the same.
func (r *run) compare(t trial, at Place, want map[string]any, wantErr error, got map[string]any, gotErr error) (map[string]any, bool) {
	m := t.mismatch(at)
	switch {
	case wantErr != nil && gotErr != nil:
		r.count(&r.report.Rejected)
		return nil, false
	case wantErr != nil:
		m.Rejected = wantErr
	case gotErr != nil && strings.Contains(gotErr.Error(), "overflow"):
		r.count(&r.report.Overflows)
		return nil, false
	case gotErr != nil:
		m.Failed = gotErr
	default:
		differences("", want, got, &m.Differences)
	}
	if m.Rejected != nil || m.Failed != nil || len(m.Differences) > 0 {
		r.add(m)
		return nil, false
	}
	r.count(nil)
	return got, true
}

// count notes a comparison, of a kind if there is one.
func (r *run) count(kind *int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Comparisons++
	if kind != nil {
		*kind++
	}
}

func (r *run) add(m Mismatch) {
	r.count(nil)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Mismatches = append(r.report.Mismatches, m)
}
