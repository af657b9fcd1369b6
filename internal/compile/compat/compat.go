// Package compat compares two versions of a framework: what has changed that the people who have Instances of it, and the
// API servers that keep their objects, do not go along with.
//
// Parameters are compared by what they accept: for values that the version before accepts, chosen as the compiler chooses
// its inputs, the new one is asked. So a finding is proven by the value that it shows, and what no value shows is not
// found. Outputs and objects are compared as they are for the default parameters.
package compat

import (
	"fmt"
	"maps"
	"slices"

	"github.com/Masterminds/semver/v3"
	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/codes"
	"github.com/kudoc/kudoc/internal/compile/cueerror"
	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/ignore"
	"github.com/kudoc/kudoc/internal/compile/source"
	"github.com/kudoc/kudoc/internal/render"
)

// Finding is a diagnostic about a field of the new version, which has no position yet.
type Finding struct {
	*diag.Diagnostic
	Field []string
}

// Compare lists what those who use the old version have to know about the new one.
func Compare(old, now *v1alpha1.FrameworkVersion) []Finding {
	c := &comparison{old: &old.Spec, now: &now.Spec, breaking: diag.SeverityError}
	if old.Spec.Framework != now.Spec.Framework {
		c.report(diag.Incomparable, []string{"name"}, "the framework is %q, and was %q: they are two frameworks", now.Spec.Framework, old.Spec.Framework)
		return c.found
	}
	var err error
	if c.oldProgram, err = render.Load(c.old); err == nil {
		c.nowProgram, err = render.Load(c.now)
	}
	if err != nil {
		c.report(diag.Incomparable, nil, "a template cannot be loaded: %v", err)
		return c.found
	}
	c.version()
	c.params()
	c.plans()
	c.requirements()
	if c.effective() {
		c.outputs()
		c.objects()
	}
	return c.found
}

// comparison is what is known so far.
type comparison struct {
	old, now               *v1alpha1.FrameworkVersionSpec
	oldProgram, nowProgram *render.Program
	// breaking is how bad a change is that users have to react to: the version may announce it.
	breaking diag.Severity
	// base are the fewest parameters that the old version accepts; oldInputs and nowInputs what either makes of them.
	base                 map[string]any
	oldInputs, nowInputs render.Inputs
	found                []Finding
}

func (c *comparison) report(code string, field []string, format string, args ...any) *diag.Diagnostic {
	d := diag.New(code, format, args...)
	d.Path = cueerror.Joined(field)
	c.found = append(c.found, Finding{d, slices.Clone(field)})
	return d
}

// breaks reports what a version may announce by its number.
func (c *comparison) breaks(code string, field []string, format string, args ...any) {
	d := c.report(code, field, format, args...)
	if d.Severity = c.breaking; d.Severity == diag.SeverityError {
		d.Hint = "that needs " + c.announcement()
	}
}

// version compares the numbers, and finds out what the new one announces.
func (c *comparison) version() {
	old, err := semver.NewVersion(c.old.Version)
	now, err2 := semver.NewVersion(c.now.Version)
	if err != nil || err2 != nil {
		c.report(diag.Incomparable, []string{"version"}, "%q and %q are not semantic versions", c.old.Version, c.now.Version)
		return
	}
	switch field := []string{"version"}; {
	case now.LessThan(old):
		c.report(diag.LowerVersion, field, "version %s is lower than %s, which was before it", c.now.Version, c.old.Version)
	case c.now.Version == c.old.Version && !equality.Semantic.DeepEqual(content(c.old), content(c.now)):
		c.report(diag.SameVersion, field, "version %s has other content than before", c.now.Version).Hint = "give it another version"
	case c.now.Version == c.old.Version && c.old.Build.Digest != c.now.Build.Digest:
		d := c.report(diag.SameVersion, field, "version %s is made of other sources than before, though they mean the same", c.now.Version)
		d.Hint, d.Severity = "give it another version, if that one has been published", diag.SeverityWarning
	}
	if now.Major() > old.Major() || old.Major() == 0 && now.Major() == 0 && now.Minor() > old.Minor() {
		c.breaking = diag.SeverityInfo
	}
	if from, err := semver.NewConstraint(c.now.UpgradableFrom); err == nil && c.now.UpgradableFrom != "" && old.LessThan(now) && !from.Check(old) {
		c.report(diag.NoUpgradePath, []string{"upgradableFrom"}, "version %s cannot be upgraded: upgradableFrom is %s", c.old.Version, c.now.UpgradableFrom)
	}
}

// announcement is the version that may break users.
func (c *comparison) announcement() string {
	old, err := semver.NewVersion(c.old.Version)
	if err != nil {
		return "a new major version"
	}
	if old.Major() == 0 {
		return fmt.Sprintf("version 0.%d.0", old.Minor()+1)
	}
	return fmt.Sprintf("version %d.0.0", old.Major()+1)
}

// content is a version without what tells where it comes from.
func content(s *v1alpha1.FrameworkVersionSpec) *v1alpha1.FrameworkVersionSpec {
	out := s.DeepCopy()
	out.Build = v1alpha1.BuildInfo{}
	return out
}

// plans compares what people can run.
func (c *comparison) plans() {
	for i := range c.old.Plans {
		old := &c.old.Plans[i]
		now := c.now.Plan(old.Name)
		if now == nil {
			c.breaks(diag.PlanGone, []string{"plans", old.Name}, "plan %q is gone", old.Name)
			continue
		}
		c.planParams(old, now)
	}
}

// outputs compares what an Instance shows to others.
func (c *comparison) outputs() {
	old, err := c.oldProgram.Outputs(c.oldInputs)
	if err != nil {
		return
	}
	now, err := c.nowProgram.Outputs(c.nowInputs)
	if err != nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(old)) {
		at := []string{"outputs", name}
		if v, ok := now[name]; !ok {
			c.breaks(diag.OutputChanged, at, "output %q is gone", name)
		} else if was, is := kindOf(old[name]), kindOf(v); was != is {
			c.breaks(diag.OutputChanged, at, "output %q is %s, and was %s", name, is, was)
		}
	}
}

func kindOf(v any) string {
	switch v.(type) {
	case bool:
		return "a boolean"
	case string:
		return "a string"
	case []any:
		return "a list"
	case map[string]any:
		return "a struct"
	default:
		return "a number"
	}
}

// InSources puts findings to where the sources declare what they are about, and drops those that comments there ignore.
func InSources(found []Finding, dir string) diag.Diagnostics {
	files := source.Declarations(dir)
	comments := ignore.Read(files, nil, codes.Table)
	var out diag.Diagnostics
	for _, f := range found {
		out = append(out, f.At(source.Locate(files, f.Field)))
		if f.File == "" {
			f.File = dir
		}
	}
	return comments.Filter(out).Sorted()
}
