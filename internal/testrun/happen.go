package testrun

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cuelang.org/go/cue/token"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/render/parameter"
	"github.com/kudoc/kudoc/internal/runtime/change"
	"github.com/kudoc/kudoc/internal/runtime/execution"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

// happening is what the controller would do for a test.
type happening struct {
	// refused says that it would do nothing; failed that a test cannot expect it.
	refused, failed *problem
	// plans are those that the change calls for, which run unless the test names one.
	plans   []string
	objects []done
	outputs map[string]any
}

// problem is a message about what the test gives.
type problem struct {
	pos     token.Pos
	message string
}

// done is something that a step does to an object.
type done struct {
	phase, step, verb, task, id string
	object                      *unstructured.Unstructured
}

// inputs are the effective values that a test gives.
type inputs struct {
	params, previous, requires map[string]any
}

// happen renders what the controller would do, in order.
func (r *session) happen(t *test) *happening {
	in, h := r.inputs(t)
	if h != nil {
		return h
	}
	t.bind(in, r.instance(t))
	h = &happening{plans: []string{v1alpha1.PlanDeploy}}
	if t.previous != nil {
		if h = r.changed(t, in); h.refused != nil || h.failed != nil {
			return h
		}
	}
	plans := h.plans
	if t.plan != "" {
		plans = []string{t.plan}
		if t.previous == nil && t.plan != v1alpha1.PlanDeploy { // it runs when the Instance has been deployed
			in.previous = in.params
		}
	}
	for _, name := range plans {
		run, p := r.pinned(t, name, in)
		if p != nil {
			return &happening{refused: p}
		}
		if p := r.steps(t, run, h); p != nil {
			return &happening{failed: p}
		}
	}
	r.finish(t, in, h)
	return h
}

// inputs fills in defaults and checks what the test gives.
func (r *session) inputs(t *test) (in inputs, h *happening) {
	var err error
	generated := func(given map[string]any) map[string]any {
		return execution.WithGenerated(r.spec.Parameters, r.instance(t), given)
	}
	if in.params, err = r.program.Params(generated(t.params)); err != nil {
		return in, &happening{refused: t.refused("params", err)}
	}
	in.requires = map[string]any{}
	for _, q := range r.spec.Requires {
		if in.requires[q.Name], err = r.program.Required(q.Name, t.requires[q.Name]); err != nil {
			return in, &happening{refused: &problem{t.pos("requires", q.Name, "outputs"), fmt.Sprintf("requirement %q is not met: %v", q.Name, err)}}
		}
	}
	if t.previous != nil {
		if in.previous, err = r.program.Params(generated(t.previous.params)); err != nil {
			p := t.refused("previous", err)
			p.message = "what was before cannot have been: " + p.message
			return in, &happening{failed: p}
		}
	}
	return in, nil
}

// refused places an error about parameters at the first one that it is about.
func (t *test) refused(where string, err error) *problem {
	path := []string{where}
	if where != "params" {
		path = append(path, "params")
	}
	var wrong parameter.Errors
	if errors.As(err, &wrong) {
		name, _, _ := strings.Cut(wrong[0].Path, "[")
		path = append(path, strings.Split(name, ".")...)
	}
	return &problem{t.pos(path...), "the parameters are refused: " + err.Error()}
}

// changed says which plans a change calls for.
func (r *session) changed(t *test, in inputs) *happening {
	before := maps.Clone(in.requires)
	for _, q := range r.spec.Requires {
		if given, ok := t.previous.requires[q.Name]; ok {
			outputs, err := r.program.Required(q.Name, given)
			if err != nil {
				return &happening{failed: &problem{t.pos("previous", "requires", q.Name), fmt.Sprintf("requirement %q was not met: %v", q.Name, err)}}
			}
			before[q.Name] = outputs
		}
	}
	changed := change.Of(in.previous, in.params)
	if message := change.Refused(r.spec, changed, in.previous, in.params, false); message != "" {
		return &happening{refused: &problem{t.pos("params"), "the change is refused: " + message}}
	}
	return &happening{plans: change.Plans(r.spec, changed, change.Of(before, in.requires))}
}

// pinned is a run of a plan for an Instance that exists nowhere.
func (r *session) pinned(t *test, name string, in inputs) (*execution.Run, *problem) {
	run := &execution.Run{
		Instance: &v1alpha1.Instance{}, Execution: &v1alpha1.PlanExecution{}, Version: r.version, Program: r.program, Plan: r.spec.Plan(name),
		Params: in.params, Previous: in.previous, Requires: in.requires,
	}
	run.Instance.Name, run.Instance.Namespace = r.instance(t), t.namespace
	run.Execution.Name = run.Instance.Name + "-" + name + "-1"
	var own map[string]any
	if name == t.plan {
		own = t.planParams
	}
	var err error
	if run.PlanParams, err = r.program.PlanParams(name, own, run.Inputs(plan.Ref{})); err != nil {
		p := t.refused("plan", err)
		p.message = fmt.Sprintf("plan %q: %s", name, p.message)
		return nil, p
	}
	return run, nil
}

// instance is the name of the Instance.
func (r *session) instance(t *test) string {
	if t.instance == "" {
		return r.spec.Framework
	}
	return t.instance
}

// steps notes what the steps of a plan do, without those that are skipped.
func (r *session) steps(t *test, run *execution.Run, h *happening) *problem {
	conditions := run.Conditions()
	for _, ph := range run.Plan.Phases {
		for _, s := range ph.Steps {
			ref := plan.Ref{Phase: ph.Name, Step: s.Name}
			tasks := map[string]bool{}
			c, conditional := conditions[ref]
			runs := !conditional || c.Holds
			if runs {
				tasks = setOf(s.Tasks)
				r.reached.steps[stepKey{run.Plan.Name, ph.Name, s.Name}] = true
			}
			r.probe.Take(run.Inputs(ref), tasks)
			if c.Error != "" {
				return &problem{t.pos(), fmt.Sprintf("step %s/%s: %s", ph.Name, s.Name, c.Error)}
			}
			if !runs {
				continue
			}
			for _, task := range s.Tasks {
				ref.Task = task
				if err := r.task(run, ref, h); err != nil {
					return &problem{t.pos(), fmt.Sprintf("step %s/%s: %v", ph.Name, s.Name, err)}
				}
			}
		}
	}
	return nil
}

// task notes what a task does. What it runs has the author's name.
func (r *session) task(run *execution.Run, ref plan.Ref, h *happening) error {
	objects, err := run.Identified(ref, 1, execution.OfflineScope)
	if err != nil {
		return err
	}
	verb := strings.ToLower(string(r.spec.Task(ref.Task).Kind))
	for _, o := range objects {
		o.SetName(o.Name)
		r.reached.object(ref.Task, o.ID)
		h.objects = append(h.objects, done{ref.Phase, ref.Step, verb, ref.Task, o.ID, o.Unstructured})
	}
	return nil
}

// finish renders the outputs, as they are when the plans have succeeded.
func (r *session) finish(t *test, in inputs, h *happening) {
	name := v1alpha1.PlanDeploy
	if n := len(h.plans); n > 0 {
		name = h.plans[n-1]
	}
	run := execution.Run{Instance: &v1alpha1.Instance{}, Execution: &v1alpha1.PlanExecution{}, Plan: &v1alpha1.Plan{Name: name}, Params: in.params, Requires: in.requires}
	run.Instance.Name, run.Instance.Namespace = r.instance(t), t.namespace
	var err error
	if h.outputs, err = r.program.Outputs(run.Inputs(plan.Ref{})); err != nil {
		h.failed = &problem{t.pos(), err.Error()}
	}
}

// key is an object as expectations call it.
func (d *done) key() string { return d.object.GetKind() + "/" + d.object.GetName() }

// called says whether a key means the object.
func (d *done) called(key string) bool {
	return key == d.key() || key == d.object.GetKind()+"/"+d.object.GetNamespace()+"/"+d.object.GetName() || key == d.task+"/"+d.id
}

// String is a line of the order.
func (d *done) String() string { return fmt.Sprintf("%s/%s: %s %s", d.phase, d.step, d.verb, d.key()) }

func setOf(names []string) map[string]bool {
	out := map[string]bool{}
	for n := range slices.Values(names) {
		out[n] = true
	}
	return out
}
