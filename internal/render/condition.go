package render

import (
	"fmt"

	"github.com/google/cel-go/cel"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// loadConditions loads the conditions of the steps of a plan.
func (p *Program) loadConditions(plan *v1alpha1.Plan, env *cel.Env) error {
	for _, ph := range plan.Phases {
		for _, s := range ph.Steps {
			if s.When == "" {
				continue
			}
			e, err := newExpression(env, s.When)
			if err != nil {
				return fmt.Errorf("step %q: when: %w", ph.Name+"/"+s.Name, err)
			}
			p.conditions[stepKey{plan.Name, ph.Name, s.Name}] = e
		}
	}
	return nil
}

// When says whether the step of the inputs is to run.
func (p *Program) When(in Inputs) (bool, error) {
	e := p.conditions[stepKey{in.Plan.Name, in.Phase, in.Step}]
	if e == nil {
		return true, nil
	}
	r, err := p.rendering(in)
	if err != nil {
		return false, err
	}
	ok, err := e.evalBool(r.vars, r.budget)
	if err != nil {
		return false, fmt.Errorf("when: %w", err)
	}
	return ok, nil
}
