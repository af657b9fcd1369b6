// Package change says what a change of an Instance calls for: which plans run, and what cannot change. It is pure, so that
// authors can ask it without a cluster.
package change

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// Refused says what is wrong with a change of parameters that cannot change, or nothing. An upgrade may bring new ones.
func Refused(v *v1alpha1.FrameworkVersionSpec, changed []string, from, to map[string]any, upgrade bool) string {
	var parts []string
	for _, p := range v.Parameters {
		if _, had := from[p.Name]; upgrade && !had {
			continue
		}
		if p.Immutable && slices.Contains(changed, p.Name) {
			parts = append(parts, fmt.Sprintf("parameter %q is immutable: %s cannot become %s", p.Name, show(from, p.Name), show(to, p.Name)))
		}
	}
	return strings.Join(parts, "; ")
}

// Downgrade says what is wrong with a version that is lower than the one in force, which is given by its name, or nothing.
// Versions of other frameworks, and those that do not follow semantic versioning, are not compared.
func Downgrade(v *v1alpha1.FrameworkVersionSpec, inForce string) string {
	number, same := strings.CutPrefix(inForce, v.Framework+"-")
	if !same {
		return ""
	}
	from, err := semver.NewVersion(number)
	if err != nil {
		return ""
	}
	to, err := semver.NewVersion(v.Version)
	if err != nil || !to.LessThan(from) {
		return ""
	}
	return fmt.Sprintf("%s is in force, and %s is lower: set spec.allowDowngrade (kudoc apply --allow-downgrade) if the framework can go back", inForce, v.Version)
}

// UpgradePath says what is wrong with an upgrade from the version in force, which is given by its name, or nothing.
func UpgradePath(v *v1alpha1.FrameworkVersionSpec, inForce string) string {
	number, same := strings.CutPrefix(inForce, v.Framework+"-")
	from, err := semver.NewVersion(number)
	if !same || err != nil || v.UpgradableFrom == "" {
		return ""
	}
	if to, err := semver.NewVersion(v.Version); err == nil && !from.LessThan(to) {
		return ""
	}
	within, err := semver.NewConstraint(v.UpgradableFrom)
	if err != nil || within.Check(from) {
		return ""
	}
	return fmt.Sprintf("%s is in force, and %s can be upgraded to from %s only: upgrade to one of these first", inForce, v.Version, v.UpgradableFrom)
}

func show(params map[string]any, name string) string {
	v, ok := params[name]
	if !ok {
		return "unset"
	}
	b, err := json.Marshal(v)
	if err != nil {
		return "?"
	}
	return string(b)
}

// Plans lists the plans that changed parameters, and requirements whose outputs changed, call for, each once, in the
// framework's order. What has no trigger calls for update, or else deploy.
func Plans(v *v1alpha1.FrameworkVersionSpec, changed, followed []string) []string {
	wanted := map[string]bool{}
	want := func(trigger string) {
		if trigger == "" || v.Plan(trigger) == nil {
			trigger = FirstPlan(v, v1alpha1.PlanUpdate, v1alpha1.PlanDeploy)
		}
		wanted[trigger] = true
	}
	for _, name := range changed {
		want(triggerOf(v.Parameters, name))
	}
	for _, name := range followed {
		trigger := ""
		for _, q := range v.Requires {
			if q.Name == name {
				trigger = q.Trigger
			}
		}
		want(trigger)
	}
	var out []string
	for _, p := range v.Plans {
		if wanted[p.Name] {
			out = append(out, p.Name)
		}
	}
	return out
}

func triggerOf(params []v1alpha1.Parameter, name string) string {
	for _, p := range params {
		if p.Name == name {
			return p.Trigger
		}
	}
	return ""
}

// FirstPlan is the first of the named plans that the version has; deploy is always there.
func FirstPlan(v *v1alpha1.FrameworkVersionSpec, names ...string) string {
	for _, n := range names {
		if v.Plan(n) != nil {
			return n
		}
	}
	return v1alpha1.PlanDeploy
}

// Of lists the names whose values differ, sorted.
func Of(a, b map[string]any) []string {
	var out []string
	for k, v := range a {
		if w, ok := b[k]; !ok || !reflect.DeepEqual(v, w) {
			out = append(out, k)
		}
	}
	for k := range b {
		if _, ok := a[k]; !ok {
			out = append(out, k)
		}
	}
	sort.Strings(out)
	return out
}
