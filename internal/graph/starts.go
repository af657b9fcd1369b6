package graph

import (
	"fmt"
	"slices"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// starts are the events that run a plan.
func starts(spec *v1alpha1.FrameworkVersionSpec, plan string) []string {
	var out []string
	add := func(applies bool, text string) {
		if applies {
			out = append(out, text)
		}
	}
	add(plan == v1alpha1.PlanDeploy, "an instance is created")
	for _, p := range spec.Parameters {
		add(p.Trigger == plan, p.Name+" changes")
	}
	anything := onChange(spec)
	if untriggered(spec) && plan == anything {
		what := "a parameter changes"
		if triggers(spec) {
			what = "another parameter changes"
		}
		out = append(out, what)
	}
	for _, r := range spec.Requires {
		add(r.Trigger == plan || r.Trigger == "" && plan == anything, fmt.Sprintf("outputs of %s change", r.Name))
	}
	add(plan == onUpgrade(spec), "its version changes")
	add(plan == v1alpha1.PlanCleanup, "the instance is deleted")
	if len(out) == 0 {
		out = append(out, "somebody runs it")
	}
	return out
}

// onChange is the plan that runs where nothing says another one.
func onChange(spec *v1alpha1.FrameworkVersionSpec) string {
	if spec.Plan(v1alpha1.PlanUpdate) != nil {
		return v1alpha1.PlanUpdate
	}
	return v1alpha1.PlanDeploy
}

func onUpgrade(spec *v1alpha1.FrameworkVersionSpec) string {
	if spec.Plan(v1alpha1.PlanUpgrade) != nil {
		return v1alpha1.PlanUpgrade
	}
	return onChange(spec)
}

// untriggered says whether some parameter can change and names no plan.
func untriggered(spec *v1alpha1.FrameworkVersionSpec) bool {
	return slices.ContainsFunc(spec.Parameters, func(p v1alpha1.Parameter) bool { return p.Trigger == "" && !p.Immutable })
}

// triggers says whether some parameter names a plan.
func triggers(spec *v1alpha1.FrameworkVersionSpec) bool {
	return slices.ContainsFunc(spec.Parameters, func(p v1alpha1.Parameter) bool { return p.Trigger != "" })
}
