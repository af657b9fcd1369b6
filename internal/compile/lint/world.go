package lint

import (
	"reflect"
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/lint/tree"
	"github.com/kudoc/kudoc/internal/compile/validate"
	"github.com/kudoc/kudoc/internal/kinds"
	"github.com/kudoc/kudoc/internal/render"
)

// path is where something is in an object, or in a framework.
type path = tree.Path

// world is all that a framework makes of one input.
type world struct {
	*run
	sample validate.Sample
	inputs render.Inputs // without plan, phase and step
	items  []*item
	index  map[key]*item
	// made are the items that exist because of their task: all but those that it deletes.
	made []*item
	// what the items have in them
	pods     []pod
	mentions []mention
	// neighbour is the same input for another instance in the same namespace, elsewhere for an instance of the same name in
	// another one. Only the first world has them.
	neighbour, elsewhere *world
}

// key tells the items of a world apart.
type key struct {
	use use
	id  string
}

// item is an object that a task makes, or deletes.
type item struct {
	use    use
	kind   v1alpha1.TaskKind
	id     string // within the task
	place  int    // in the list of a task that deletes
	object map[string]any
	gk     schema.GroupKind
	// qualified is the group and the kind: apps/Deployment, or /Service in the core group.
	qualified string
	// ready says that the author says when the object is healthy.
	ready bool
}

// use is a task in a step of a plan, by the places of phase and step.
type use struct {
	plan        string
	phase, step int
	task        string
}

// identity is what tells objects of a cluster apart.
type identity struct {
	kind            schema.GroupKind
	namespace, name string
}

// newItem notes an object, and of what kind it is.
func newItem(u use, kind v1alpha1.TaskKind, o render.Object, place int) *item {
	i := &item{use: u, kind: kind, id: o.ID, place: place, object: o.Manifest}
	if gv, err := schema.ParseGroupVersion(tree.Text(i.object, "apiVersion")); err == nil {
		i.gk = gv.WithKind(tree.Text(i.object, "kind")).GroupKind()
	}
	i.qualified = i.gk.Group + "/" + i.gk.Kind
	return i
}

// is says whether an item is of a kind of a group; the core group is "".
func (i *item) is(group, kind string) bool {
	return i.gk == schema.GroupKind{Group: group, Kind: kind}
}

func (i *item) name() string { return tree.Text(i.object, "metadata", "name") }

func (w *world) namespace(i *item) string {
	if kinds.ClusterScoped(i.gk) {
		return ""
	}
	if ns := tree.Text(i.object, "metadata", "namespace"); ns != "" {
		return ns
	}
	return w.inputs.Instance.Namespace
}

func (w *world) identity(i *item) identity { return identity{i.gk, w.namespace(i), i.name()} }

// path is where the author writes an object.
func (i *item) path() path {
	switch i.kind {
	case v1alpha1.TaskDelete:
		return path{"tasks", i.use.task, "delete", i.place}
	case v1alpha1.TaskRun:
		return path{"tasks", i.use.task, "run"}
	default:
		return path{"tasks", i.use.task, "apply", i.id}
	}
}

// find is the item of that task and ID in the same step, or nil.
func (w *world) find(like *item) *item {
	return w.index[key{like.use, like.id}]
}

// The instances for which worlds are made. Their names are unlike anything that an author writes.
var (
	mine      = render.InstanceInfo{Name: "my-instance", Namespace: "some-namespace", UID: "11111111-2222-3333-4444-555555555555"}
	neighbour = render.InstanceInfo{Name: "its-neighbour", Namespace: mine.Namespace, UID: "99999999-8888-7777-6666-555555555555"}
	elsewhere = render.InstanceInfo{Name: mine.Name, Namespace: "another-place", UID: "99999999-8888-7777-6666-555555555555"}
)

// world makes what the framework makes of a sample. It is nil where the parameters are not accepted, or some task fails: of half
// a world, nothing can be said.
func (r *run) world(s validate.Sample, instance render.InstanceInfo) *world {
	params, err := r.Program.Params(s.Params)
	if err != nil {
		return nil
	}
	w := &world{run: r, sample: s, index: map[key]*item{}, inputs: render.Inputs{Params: params, Instance: instance, Execution: render.ExecutionInfo{Name: "my-execution", UID: "66666666-7777-8888-9999-000000000000"}}}
	if s.Previous != nil {
		if w.inputs.Previous, err = r.Program.Params(s.Previous); err != nil {
			w.inputs.Previous = nil
		}
	}
	if w.inputs.Requires, err = validate.Required(r.Program, s.Requires); err != nil {
		if w.inputs.Requires, err = validate.Required(r.Program, r.Samples[0].Requires); err != nil {
			return nil
		}
	}
	seen := map[string]bool{}
	same := map[string]bool{}
	for _, t := range r.Spec.Tasks {
		if same[t.Name] = w.sameAsFirst(t.Name); same[t.Name] {
			w.reuse(t.Name)
		}
	}
	for _, step := range r.steps {
		tasks := slices.DeleteFunc(slices.Clone(r.Spec.Plan(step.plan).Phases[step.phase].Steps[step.step].Tasks), func(t string) bool {
			return same[t] || seen[t] && !r.varies[t]
		})
		if len(tasks) == 0 {
			continue
		}
		in, ok := w.at(step)
		if !ok {
			return nil
		}
		rendering, err := r.Program.With(in)
		if err != nil {
			return nil
		}
		for _, t := range tasks {
			seen[t] = true
			u := step
			u.task = t
			if !w.render(rendering, u) {
				return nil
			}
		}
	}
	w.sort(w.items)
	w.sort(w.made)
	w.readPods()
	return w
}

// at are the inputs in a step, if the parameters of its plan are accepted.
func (w *world) at(u use) (render.Inputs, bool) {
	in := w.inputs
	p := w.Spec.Plan(u.plan)
	in.Plan = render.PlanInfo{Name: u.plan, Params: map[string]any{}}
	in.Phase, in.Step = p.Phases[u.phase].Name, p.Phases[u.phase].Steps[u.step].Name
	if len(p.Parameters) == 0 {
		return in, true
	}
	var err error
	if in.Plan.Params, err = w.Program.PlanParams(u.plan, w.sample.Plans[u.plan], in); err == nil {
		return in, true
	}
	plain := w.Samples[0].Plans[u.plan] // samples have wrong parameters of plans, too
	plans := map[string]map[string]any{u.plan: plain}
	for name, given := range w.sample.Plans {
		if name != u.plan {
			plans[name] = given
		}
	}
	w.sample.Plans = plans
	in.Plan.Params, err = w.Program.PlanParams(u.plan, plain, in)
	return in, err == nil
}

// render adds the objects of a task in a step. It fails where CUE refuses the framework, too.
func (w *world) render(rendering *render.Rendering, u use) bool {
	t := w.Spec.Task(u.task)
	objects, err := rendering.Objects(u.task)
	if t == nil || err != nil {
		return false
	}
	if t.Kind == v1alpha1.TaskPatch || t.Kind == v1alpha1.TaskWait {
		return true // what others make is for them to get right
	}
	for n, o := range objects {
		i := newItem(u, t.Kind, o, n)
		i.ready = slices.ContainsFunc(t.Objects, func(x v1alpha1.ObjectTemplate) bool { return x.ID == o.ID && x.Ready != "" })
		known := slices.ContainsFunc(w.items, func(x *item) bool {
			return x.use.task == u.task && x.id == o.ID && reflect.DeepEqual(x.object, o.Manifest)
		})
		if known {
			continue
		}
		if r := w.first; r != nil && w.sample.Changed != nil { // what is the same has been judged
			if same := r.find(i); same != nil && reflect.DeepEqual(same.object, i.object) {
				i = same
			}
		}
		w.add(i)
	}
	return true
}

// stepsOf are the steps of all plans.
func stepsOf(spec *v1alpha1.FrameworkVersionSpec) []use {
	var out []use
	for _, p := range spec.Plans {
		for i, ph := range p.Phases {
			for j := range ph.Steps {
				out = append(out, use{plan: p.Name, phase: i, step: j})
			}
		}
	}
	return out
}

// orderOf is the order in which plans do tasks.
func orderOf(spec *v1alpha1.FrameworkVersionSpec) map[use]int {
	out := map[use]int{}
	for _, u := range stepsOf(spec) {
		for _, t := range spec.Plan(u.plan).Phases[u.phase].Steps[u.step].Tasks {
			u.task = t
			out[u] = len(out)
		}
	}
	return out
}
