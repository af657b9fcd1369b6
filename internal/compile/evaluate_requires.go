package compile

import (
	"cmp"
	"slices"

	"github.com/Masterminds/semver/v3"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/eval/vertex"
	"github.com/kudoc/kudoc/internal/compile/inputs"
	"github.com/kudoc/kudoc/internal/compile/params"
	"github.com/kudoc/kudoc/internal/render/spell"
)

// declareRequirements declares the outputs of required frameworks as inputs.
func (e *evaluation) declareRequirements() bool {
	a := e.field(e.root, "requires")
	if a == nil || a.Optional {
		return true
	}
	e.evalError(e.ev.Try(func() {
		arcs := a.Vertex.Fields()
		slices.SortFunc(arcs, func(a, b *vertex.Arc) int { return cmp.Compare(a.Label.Name, b.Label.Name) })
		for _, a := range arcs {
			if a.Presence(nil) != nil || a.Vertex.DependsOnInputs() {
				e.report(diag.NotStatic, a.Vertex.Pos(), "requirement %q exists under a condition on an input only", a.Label.Name)
				continue
			}
			if !a.Optional {
				e.declareRequirement(a)
			}
		}
	}))
	return !e.diags.HasErrors()
}

func (e *evaluation) declareRequirement(a *vertex.Arc) {
	r := &requirement{}
	r.Name = a.Label.Name
	v := a.Vertex
	e.constant(v, "framework", &r.Framework)
	e.constant(v, "version", &r.Version)
	e.constant(v, "trigger", &r.Trigger)
	e.constant(v, "child", &r.Child)
	var err error
	if _, err = semver.NewConstraint(r.Version); err != nil {
		e.report(diag.WrongRequirement, e.field(v, "version").Vertex.Pos(), "requirement %q: %q is not a range of versions", r.Name, r.Version).Hint = "such as >=1.2.0 <2.0.0"
	}
	if plans := e.planNames(); r.Trigger != "" && !slices.Contains(plans, r.Trigger) {
		e.report(diag.NoPlan, e.field(v, "trigger").Vertex.Pos(), "requirement %q triggers plan %q: no such plan", r.Name, r.Trigger).Meant(spell.Nearest(r.Trigger, plans))
	}
	outputs, failure := params.Declare(e.ev, e.field(v, "outputs").Vertex)
	if failure == nil {
		failure = params.Bind(e.ev, outputs, inputs.Required(r.Name, outputs.Type))
	}
	if failure != nil {
		e.evalError(failure)
		return
	}
	r.outputs = outputs
	e.requirements = append(e.requirements, r)
	e.checkProvider(r, v)
}

// checkChildren demands that the tasks that are to meet requirements make one Instance each.
func (e *evaluation) checkChildren() {
	for _, r := range e.requirements {
		i := slices.IndexFunc(e.tasks, func(t *task) bool { return t.name == r.Child })
		if i < 0 { // which has been reported
			continue
		}
		t := e.tasks[i]
		instance := v1alpha1.GroupVersion.WithKind("Instance")
		if len(t.objects) != 1 || t.kind != v1alpha1.TaskApply || !slices.Contains(t.objects[0].kinds(e.ev.Locals), instance) {
			at := e.field(e.field(e.field(e.root, "requires").Vertex, r.Name).Vertex, "child").Vertex
			e.report(diag.WrongRequirement, at.Pos(), "requirement %q: task %q does not apply just an Instance", r.Name, t.name).Hint = "apply: child: kudoc.#Instance & {...}"
			continue
		}
		for _, name := range []string{"requires", "plan", "previous", "phase", "step", "execution"} {
			if inputs.Reads(t.objects[0].value, e.ev.Locals, name) {
				e.report(diag.Unsupported, e.field(e.field(e.root, "tasks").Vertex, t.name).Vertex.Pos(), "task %q meets requirement %q before any plan runs, and cannot read %s", t.name, r.Name, name).Hint = "it can read params and instance"
			}
		}
	}
}

// finishRequirement compiles the constraints on outputs. What they are if they are missing is not for the requirement to say.
func (e *evaluation) finishRequirement(r *requirement) {
	e.evalError(params.Finish(e.ev, r.outputs))
	for _, f := range r.outputs.Fields() {
		if f.HasDefault() {
			e.report(diag.WrongRequirement, f.Pos(), "requirement %q: output %q cannot have a default", r.Name, f.Name).Hint = "write " + f.Name + "?: type, and what to do without it where it is read"
		}
	}
}

// checkProvider compares a requirement with the framework whose package the author names.
func (e *evaluation) checkProvider(r *requirement, v *vertex.Vertex) {
	p := e.providers[r.Name]
	if p == nil {
		return
	}
	if p.about.name != r.Framework {
		e.report(diag.WrongRequirement, e.field(v, "framework").Vertex.Pos(), "requirement %q: the outputs are those of framework %q, not of %q", r.Name, p.about.name, r.Framework)
	}
	within, err := semver.NewConstraint(r.Version)
	if err != nil {
		return // which has been reported
	}
	if version, err := semver.NewVersion(p.about.version); err == nil && !within.Check(version) {
		e.report(diag.WrongRequirement, e.field(v, "version").Vertex.Pos(), "requirement %q: %s does not include version %s of %s, whose outputs are meant", r.Name, r.Version, p.about.version, p.about.name)
	}
}

func (e *evaluation) planNames() []string {
	var out []string
	for _, p := range e.plans {
		out = append(out, p.Name)
	}
	return out
}
