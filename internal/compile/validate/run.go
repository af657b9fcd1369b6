package validate

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/coverage"
	"github.com/kudoc/kudoc/internal/compile/validate/difference"
	"github.com/kudoc/kudoc/internal/compile/validate/oracle"
	"github.com/kudoc/kudoc/internal/render"
)

// DefaultInputs is how many accepted inputs a build tries; about as many that must be rejected come on top.
const DefaultInputs = 26

// Subject is what is compared.
type Subject struct {
	Spec    *v1alpha1.FrameworkVersionSpec
	Program *render.Program
	Sources oracle.Sources
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
	Differences []difference.Difference
}

// Report is the outcome.
type Report struct {
	// Inputs and Comparisons count what was done; Rejected the comparisons in which both sides refused; Overflows those
	// in which only the template did, because an integer does not fit in 64 bits.
	Inputs, Comparisons, Rejected, Overflows int
	// Mismatches is one for each cause, with the smallest input that was found to show it.
	Mismatches []Mismatch
	Coverage   coverage.Coverage
	// Samples are inputs that the parameters accept: the smallest one, those that differ from it in one parameter, and
	// some of those that were tried.
	Samples []Sample
}

// run is one validation.
type run struct {
	Subject
	uses []use
	// steps are all of them, distinct those that templates can tell apart.
	steps, distinct []use
	probe           *coverage.Probe
	only            *use // the only step to compare, while an input is being shrunk
	mu              sync.Mutex
	report          Report
}

// Run compares.
func Run(s Subject) (Report, error) {
	r := &run{Subject: s, uses: usesOf(s.Spec)}
	r.steps, r.distinct = steps(s.Spec, r.uses)
	if r.Inputs == 0 {
		r.Inputs = DefaultInputs
	}
	var err error
	if r.probe, err = coverage.New(s.Spec, s.Branches); err != nil {
		return Report{}, err
	}
	trials, oracles, err := r.prepare()
	if err != nil {
		return Report{}, err
	}
	r.report.Inputs, r.report.Coverage = len(trials), r.probe.Coverage()
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
		x, y := difference.Show(a.Input), difference.Show(b.Input)
		return cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(a.Place.What(), b.Place.What()), strings.Compare(a.Place.In(), b.Place.In()), strings.Compare(x, y))
	})
	r.report.Mismatches = r.explained(oracles[0])
	return r.report, nil
}

// prepare makes the inputs to try and, side by side with them, an oracle for each worker.
func (r *run) prepare() (trials []trial, oracles []*oracle.Oracle, err error) {
	oracles = make([]*oracle.Oracle, min(runtime.NumCPU(), 8))
	errs := make([]error, len(oracles)+1)
	var wg sync.WaitGroup
	try := func(i int, do func() error) {
		wg.Go(func() {
			defer func() {
				if p := recover(); p != nil { // of CUE: there is nobody else to catch it
					errs[i] = fmt.Errorf("internal error: %v", p)
				}
			}()
			errs[i] = do()
		})
	}
	try(0, func() (err error) { trials, err = r.trials(); return err })
	for i := range oracles {
		try(i+1, func() (err error) { oracles[i], err = oracle.New(r.Sources); return err })
	}
	wg.Wait()
	return trials, oracles, errors.Join(errs...)
}

func (r *run) inputs(params map[string]any, t trial) render.Inputs {
	return inputsOf(r.Program, params, t.previous)
}

// guarded is try; a panic of CUE becomes a mismatch of this input.
func (r *run) guarded(o *oracle.Oracle, t trial) {
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
func (r *run) try(o *oracle.Oracle, t trial) {
	got, gotErr := r.Program.Params(t.params)
	want, wantErr := o.Effective(t.params)
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
			want, wantErr := o.PlanEffective(params, u.plan, given)
			if in.Plan.Params, ok = r.compare(t, Place{Plan: u.plan}, want, wantErr, got, gotErr); !ok {
				continue
			}
		}
		r.tryStep(o, t, in)
	}
}

// required compares the outputs of required Instances, and returns what both sides make of them.
func (r *run) required(o *oracle.Oracle, t trial) (map[string]any, bool) {
	out := map[string]any{}
	for _, q := range r.Spec.Requires {
		got, gotErr := r.Program.Required(q.Name, t.requires[q.Name])
		want, wantErr := o.Required(q.Name, t.requires[q.Name])
		both, ok := r.compare(t, Place{Requirement: q.Name}, want, wantErr, got, gotErr)
		if !ok {
			return nil, false
		}
		out[q.Name] = both
	}
	return out, true
}

// contexts are the steps in which an input is tried: for the first input all that templates can tell apart, then one after
// the other, because most templates are the same in all.
func (r *run) contexts(index int) []use {
	if r.only != nil && r.only.phase != "" {
		return []use{*r.only}
	}
	if index == 0 || len(r.steps) == 0 {
		return r.distinct
	}
	return r.steps[index%len(r.steps):][:1]
}

func (r *run) tryStep(o *oracle.Oracle, t trial, in render.Inputs) {
	at := Place{Plan: in.Plan.Name, Phase: in.Phase, Step: in.Step}
	e, err := o.Evaluate(r.Spec.Framework, r.Spec.Version, in)
	if err != nil {
		m := t.mismatch(at)
		m.Rejected = err
		r.add(m)
		return
	}
	var results []result
	for _, u := range r.tasksIn(in) {
		var x result
		x.want, x.wantErr = e.Objects(u)
		objects, err := r.Program.Objects(u, in)
		if x.wantErr != nil && err == nil && r.Spec.Task(u).Kind.Identifies() {
			r.count(nil) // an object can be deleted or waited for even if its other fields conflict, about which CUE complains
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
		x.want, x.wantErr = e.Outputs()
		x.got, x.gotErr = r.Program.Outputs(in)
		results = append(results, x)
	}
	if s := stepOf(r.Spec, use{plan: in.Plan.Name, phase: in.Phase, step: in.Step}); s != nil && s.When != "" {
		x := result{place: at}
		x.place.When = true
		x.want, x.wantErr = e.When(r.Spec.Plan(in.Plan.Name), in)
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
			r.ready(e, t, x, in)
		}
	}
}

// structure lets Kubernetes judge the objects on which both sides agree. Of objects to delete or to wait for, only the identity is there.
func (r *run) structure(t trial, x result) {
	if r.Structure == nil || r.Spec.Task(x.place.Task).Kind.Identifies() {
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
			m.Differences = []difference.Difference{{Path: id, Under: id}} // where it is
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
		m.Differences = difference.Between(want, got)
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
