package compat

import (
	"regexp"
	"slices"

	"github.com/Masterminds/semver/v3"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/validate"
	"github.com/kudoc/kudoc/internal/render"
)

// requirements compares which other frameworks Instances need.
func (c *comparison) requirements() {
	named := func(rs []v1alpha1.Requirement, name string) *v1alpha1.Requirement {
		i := slices.IndexFunc(rs, func(r v1alpha1.Requirement) bool { return r.Name == name })
		if i < 0 {
			return nil
		}
		return &rs[i]
	}
	for i := range c.old.Requires {
		was := &c.old.Requires[i]
		at := []string{"requires", was.Name}
		is := named(c.now.Requires, was.Name)
		switch {
		case is == nil:
			c.breaks(diag.RequirementChanged, at, "requirement %q is gone: an Instance that names one for it is refused", was.Name)
		case is.Framework != was.Framework:
			c.breaks(diag.RequirementChanged, append(at, "framework"), "requirement %q is met by %q, and was by %q", was.Name, is.Framework, was.Framework)
		default:
			if v := leftOut(was.Version, is.Version); v != "" {
				c.breaks(diag.RequirementChanged, append(at, "version"), "requirement %q is not met by version %s of %s any more", was.Name, v, was.Framework)
			}
		}
	}
	for _, is := range c.now.Requires {
		if named(c.old.Requires, is.Name) == nil {
			c.breaks(diag.RequirementChanged, []string{"requires", is.Name}, "requirement %q is new: every Instance has to name one that meets it", is.Name)
		}
	}
}

var number = regexp.MustCompile(`\d+(\.\d+){0,2}(-[0-9A-Za-z.-]+)?`)

// leftOut is a version that is within the one range and not within the other, or "". It is near to one that the ranges name.
func leftOut(old, now string) string {
	before, err := semver.NewConstraint(old)
	if err != nil {
		return ""
	}
	after, err := semver.NewConstraint(now)
	if err != nil {
		return ""
	}
	for _, s := range number.FindAllString(old+" "+now, -1) {
		v, err := semver.NewVersion(s)
		if err != nil {
			continue
		}
		for _, near := range []semver.Version{*v, v.IncPatch(), v.IncMinor(), v.IncMajor()} {
			if before.Check(&near) && !after.Check(&near) {
				return near.String()
			}
		}
	}
	return ""
}

// required are outputs that the requirements of a version accept: the same as those of the version before, if it does.
func required(program *render.Program, spec *v1alpha1.FrameworkVersionSpec, before map[string]any) map[string]any {
	out := map[string]any{}
	for _, r := range spec.Requires {
		if old, ok := before[r.Name].(map[string]any); ok {
			if known, err := program.Required(r.Name, old); err == nil {
				out[r.Name] = known
				continue
			}
		}
		accepted, err := validate.Variations(func(outputs map[string]any) error {
			_, err := program.Required(r.Name, outputs)
			return err
		}, r.Outputs)
		if err != nil || len(accepted) == 0 {
			continue
		}
		if known, err := program.Required(r.Name, accepted[0].Given); err == nil {
			out[r.Name] = known
		}
	}
	return out
}
