package compile

import (
	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/eval/vertex"
	"github.com/kudoc/kudoc/internal/compile/expr"
	"github.com/kudoc/kudoc/internal/compile/inputs"
)

// ready finds out when the objects of a task are healthy.
func (e *evaluation) ready(a *vertex.Arc, t *task) {
	f := e.field(a.Vertex, "ready")
	if f == nil || f.Optional {
		return
	}
	if !t.kind.Keyed() {
		at := f.Vertex
		if fields := at.Fields(); len(fields) > 0 {
			at = fields[0].Vertex
		}
		e.report(diag.TaskKind, at.Pos(), "task %q has ready, but no apply, patch or wait", t.name)
		return
	}
	if e.ev.Computed(f.Vertex) != nil {
		e.ev.Refuse(f.Vertex, "write one field for each object", "the fields of ready cannot have computed names")
	}
	for _, r := range f.Vertex.Fields() {
		if r.Optional {
			continue
		}
		o := t.object(r.Label.Name)
		if o == nil {
			e.report(diag.TaskKind, r.Vertex.Pos(), "task %q: ready is about %q, but %s has no object of that id", t.name, r.Label.Name, t.kind.Field())
			continue
		}
		asked := expr.And(e.ev.Presence(f), e.ev.Presence(r))
		o.ready = expr.If(asked, e.ev.ValueIf(r), expr.Lit(true))
	}
}

// object is the object with an ID, or nil.
func (t *task) object(id string) *object {
	for i := range t.objects {
		if t.objects[i].id == id {
			return &t.objects[i]
		}
	}
	return nil
}

// checkObject refuses object where there is none: before an object is applied there is nothing to read.
func (e *evaluation) checkObject() {
	refuse := func(v *vertex.Vertex, what string, in ...*expr.X) {
		for _, x := range in {
			if inputs.Reads(x, e.ev.Locals, "object") {
				e.report(diag.Unsupported, v.Pos(), "%s cannot read object", what).Hint = "only the ready of a task can"
				return
			}
		}
	}
	for _, t := range e.tasks {
		for _, o := range t.objects {
			refuse(e.field(e.field(e.root, "tasks").Vertex, t.name).Vertex, "the objects of task \""+t.name+"\"", o.cond, o.value)
		}
	}
	for _, p := range e.plans {
		for _, c := range p.conditions {
			refuse(e.field(e.field(e.root, "plans").Vertex, p.Name).Vertex, "the when of step \""+p.Phases[c.Phase].Steps[c.Step].Name+"\"", c.When)
		}
	}
	if e.outputs != nil {
		refuse(e.field(e.root, "outputs").Vertex, "outputs", e.outputs)
	}
}
