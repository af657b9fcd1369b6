package compile

import (
	"errors"
	"slices"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/params"
	"github.com/kudoc/kudoc/internal/render"
)

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
		var wrong render.ParamErrors
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
