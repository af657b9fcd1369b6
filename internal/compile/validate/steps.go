package validate

import (
	"slices"
	"strings"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// use is a step of a plan in which a task is executed.
type use struct{ plan, phase, step, task string }

// usesOf lists the steps in which each task is executed; a task that no plan uses is compared in the first step.
func usesOf(spec *v1alpha1.FrameworkVersionSpec) []use {
	var out []use
	used := map[string]bool{}
	var first use
	for _, p := range spec.Plans {
		for _, ph := range p.Phases {
			for _, s := range ph.Steps {
				if first.plan == "" {
					first = use{p.Name, ph.Name, s.Name, ""}
				}
				for _, t := range s.Tasks {
					out = append(out, use{p.Name, ph.Name, s.Name, t})
					used[t] = true
				}
			}
		}
	}
	for _, t := range spec.Tasks {
		if !used[t.Name] {
			u := first
			u.task = t.Name
			out = append(out, u)
		}
	}
	return out
}

// steps are all steps, and those that templates can tell apart: by the names that they mention, or by conditions.
func steps(spec *v1alpha1.FrameworkVersionSpec, uses []use) (all, distinct []use) {
	reads := func(name string) bool {
		var tasks []*v1alpha1.Task
		for i := range spec.Tasks {
			tasks = append(tasks, &spec.Tasks[i])
		}
		return mentions(spec.Locals, name, tasks...) || spec.Outputs != nil && strings.Contains(string(spec.Outputs.Raw), name)
	}
	plan, phase, step := reads("plan."), reads("phase."), reads("step.")
	for _, u := range uses {
		u.task = ""
		if slices.Contains(all, u) {
			continue
		}
		all = append(all, u)
		s := stepOf(spec, u)
		conditional := s != nil && s.When != ""
		same := func(v use) bool {
			return !conditional && (!plan || u.plan == v.plan) && (!phase || u.phase == v.phase) && (!step || u.step == v.step)
		}
		if !slices.ContainsFunc(distinct, same) {
			distinct = append(distinct, u)
		}
	}
	return all, distinct
}

// stepOf is a step as the spec has it, or nil.
func stepOf(spec *v1alpha1.FrameworkVersionSpec, u use) *v1alpha1.Step {
	p := spec.Plan(u.plan)
	if p == nil {
		return nil
	}
	for i := range p.Phases {
		for j := range p.Phases[i].Steps {
			if p.Phases[i].Name == u.phase && p.Phases[i].Steps[j].Name == u.step {
				return &p.Phases[i].Steps[j]
			}
		}
	}
	return nil
}
