package compile

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/params"
	"github.com/kudoc/kudoc/internal/compile/steps"
	"github.com/kudoc/kudoc/internal/render"
	"github.com/kudoc/kudoc/internal/render/parameter"
)

// checkPlanParams finds tasks and steps that read a parameter which one of the plans that use them does not have.
func (e *evaluation) checkPlanParams() {
	lacks := func(p *plan, reads map[string]bool, what string, pos token.Pos) {
		for _, name := range slices.Sorted(maps.Keys(reads)) {
			if p.params.Type.Field(name) == nil && !reads[name] {
				e.report(diag.NoPlanParam, pos, "%s reads plan.params.%s, but plan %q has no such parameter", what, name, p.Name)
			}
		}
	}
	for _, t := range e.tasks {
		reads := map[string]bool{}
		for _, o := range t.objects {
			for name, tested := range steps.PlanParams(e.ev.Locals, o.cond, o.value) {
				reads[name] = reads[name] || tested
			}
		}
		for _, p := range e.plans {
			if uses(p, t.name) {
				lacks(p, reads, fmt.Sprintf("task %q", t.name), e.field(e.field(e.root, "tasks").Vertex, t.name).Vertex.Pos())
			}
		}
	}
	for _, p := range e.plans {
		for _, c := range p.conditions {
			lacks(p, steps.PlanParams(e.ev.Locals, c.When), fmt.Sprintf("the when of step %q", p.Phases[c.Phase].Steps[c.Step].Name), e.field(e.field(e.root, "plans").Vertex, p.Name).Vertex.Pos())
		}
	}
}

// checkStarted finds parameters of plans that must be set although the controller starts the plan, which sets none.
func (c *compilation) checkStarted() {
	starts := []string{v1alpha1.PlanDeploy, v1alpha1.PlanUpdate, v1alpha1.PlanUpgrade, v1alpha1.PlanCleanup}
	for _, p := range c.spec.Parameters {
		starts = append(starts, p.Trigger)
	}
	for _, r := range c.spec.Requires {
		starts = append(starts, r.Trigger)
	}
	base, err := c.program.Params(c.validation.Samples[0].Params)
	if err != nil {
		return // there is nothing that the parameters accept, about which validation has its say
	}
	for _, p := range c.plans {
		if !slices.Contains(starts, p.Name) {
			continue
		}
		_, err := c.program.PlanParams(p.Name, nil, render.Inputs{Params: base, Instance: render.InstanceInfo{Name: "instance", Namespace: "default"}})
		var wrong parameter.Errors
		if !errors.As(err, &wrong) {
			continue
		}
		for _, w := range wrong {
			i := slices.IndexFunc(p.params.Fields(), func(f *params.Param) bool { return f.Name == w.Path })
			if i < 0 {
				continue
			}
			f := p.params.Fields()[i]
			c.report(diag.NobodySets, f.Pos(), "plan %q starts by itself, but its parameter %q must be set", p.Name, f.Name).Hint = "give it a default, or make it optional"
		}
	}
}
