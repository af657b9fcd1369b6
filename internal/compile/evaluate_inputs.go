package compile

import (
	"maps"
	"slices"

	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/expr"
	"github.com/kudoc/kudoc/internal/compile/inputs"
	"github.com/kudoc/kudoc/internal/compile/params"
)

// checkPrevious refuses previous where it would mean nothing: parameters are the same before and after a deploy, and outputs
// are computed when what was applied is what is previous.
func (e *evaluation) checkPrevious() {
	if e.outputs != nil && inputs.Reads(e.outputs, e.ev.Locals, "previous") {
		e.report(diag.Unsupported, e.field(e.root, "outputs").Vertex.Pos(), "outputs cannot read previous").Hint = "tasks can"
	}
	later := map[string]string{"previous": "tasks can", "requires": "tasks and outputs can", "object": "only the ready of a task can"}
	for _, p := range e.plans {
		e.refuseInputs(p.params, later)
	}
	for _, name := range []string{"instance", "framework", "plan", "phase", "step", "execution"} {
		later[name] = "make it optional, and what to do without it where it is read"
	}
	e.refuseInputs(e.params, later)
	for _, r := range e.requirements {
		e.refuseInputs(r.outputs, later)
	}
}

// refuseInputs refuses parameters whose defaults or constraints read what is not known yet; instead says what to do.
func (e *evaluation) refuseInputs(p *params.Param, instead map[string]string) {
	for _, x := range []*expr.X{p.Computed(), p.Check(), p.KeyCheck()} {
		for _, input := range slices.Sorted(maps.Keys(instead)) {
			if inputs.Reads(x, e.ev.Locals, input) {
				e.report(diag.Unsupported, p.Pos(), "a parameter cannot read %s", input).Hint = instead[input]
				return
			}
		}
	}
	for _, f := range p.Fields() {
		e.refuseInputs(f, instead)
	}
	if p.Elem() != nil {
		e.refuseInputs(p.Elem(), instead)
	}
}
