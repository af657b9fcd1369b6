package given

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/render"
)

// Bound are the Instances that an Instance names for the requirements of a framework: those that it named before, unless a
// person says otherwise as requirement=instance.
func Bound(sets []string, requirements []v1alpha1.Requirement, former map[string]string) (map[string]string, error) {
	names := requirementNames(requirements)
	out := map[string]string{}
	for name, instance := range former {
		if slices.Contains(names, name) {
			out[name] = instance
		}
	}
	var errs []error
	for _, s := range sets {
		name, instance, ok := strings.Cut(s, "=")
		switch {
		case !ok || name == "" || instance == "":
			errs = append(errs, Wrong("--requires %q is not of the form requirement=instance", s))
		case !slices.Contains(names, name):
			errs = append(errs, &Mistake{Unknown("requirement", name, names)})
		default:
			out[name] = instance
		}
	}
	for _, r := range requirements {
		if out[r.Name] == "" && r.Child == "" && len(errs) == 0 {
			errs = append(errs, Wrong("the framework requires an instance of %s %s: name it with --requires %s=INSTANCE", r.Framework, r.Version, r.Name))
		}
	}
	return out, errors.Join(errs...)
}

// Outputs are the outputs of required Instances that a person gives as requirement.output=value.
func Outputs(sets []string, requirements []v1alpha1.Requirement, program *render.Program) (map[string]any, error) {
	given := map[string]map[string]any{}
	for _, r := range requirements {
		given[r.Name] = map[string]any{}
	}
	var errs []error
	for _, s := range sets {
		path, value, ok := strings.Cut(s, "=")
		name, output, isOutput := strings.Cut(path, ".")
		i := slices.IndexFunc(requirements, func(r v1alpha1.Requirement) bool { return r.Name == name })
		switch {
		case !ok || !isOutput:
			errs = append(errs, Wrong("--requires %q is not of the form requirement.output=value", s))
		case i < 0:
			errs = append(errs, &Mistake{Unknown("requirement", name, requirementNames(requirements))})
		default:
			if err := set(given[name], requirements[i].Outputs, output, value); err != nil {
				errs = append(errs, &Mistake{fmt.Errorf("requirement %q: %w", name, err)})
			}
		}
	}
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		outputs, err := program.Required(name, given[name])
		if err != nil && len(errs) == 0 {
			errs = append(errs, fmt.Errorf("requirement %q: %w; say what to render with --requires %s.OUTPUT=VALUE", name, err, name))
		}
		out[name] = outputs
	}
	return out, errors.Join(errs...)
}

func requirementNames(requirements []v1alpha1.Requirement) []string {
	names := make([]string, len(requirements))
	for i := range requirements {
		names[i] = requirements[i].Name
	}
	return names
}
