package render

import (
	"fmt"

	"github.com/google/cel-go/cel"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/render/expression"
	"github.com/kudoc/kudoc/internal/render/value"
)

// loadConditions loads the conditions of the steps of a plan.
func (p *Program) loadConditions(plan *v1alpha1.Plan, env *cel.Env) error {
	for _, ph := range plan.Phases {
		for _, s := range ph.Steps {
			if s.When == "" {
				continue
			}
			e, err := expression.Compile(env, s.When)
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
	return within(p, func(b *expression.Budget) (bool, error) {
		r, err := p.rendering(in, b)
		if err != nil {
			return false, err
		}
		ok, err := e.EvalBool(r.vars, b)
		if err != nil {
			return false, fmt.Errorf("when: %w", err)
		}
		return ok, nil
	})
}

// Readiness is what a task says about when the object of an ID is healthy; it is empty if it says nothing.
func (p *Program) Readiness(task, id string) string {
	if e := p.ready(task, id); e != nil {
		return e.Source()
	}
	return ""
}

// Ready evaluates it for the object in the cluster.
func (p *Program) Ready(task, id string, in Inputs, object map[string]any) (bool, error) {
	e := p.ready(task, id)
	if e == nil {
		return true, nil
	}
	return within(p, func(b *expression.Budget) (bool, error) {
		r, err := p.rendering(in, b)
		if err != nil {
			return false, err
		}
		if r.vars["object"], err = value.Canonical(object, 0); err != nil {
			return false, fmt.Errorf("object: %w", err)
		}
		return e.EvalBool(r.vars, b)
	})
}

func (p *Program) ready(task, id string) *expression.Compiled {
	if id == "" {
		return nil
	}
	for _, t := range p.tasks[task] {
		if t.id == id {
			return t.ready
		}
	}
	return nil
}
