// Package reads says what the templates of a framework version read.
package reads

import (
	"regexp"
	"slices"
	"strings"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// Everything stands for all parameters.
const Everything = ""

var (
	// Params is what reads parameters: those of a plan where the first group is there, one of them where the second is.
	Params     = regexp.MustCompile(`(plan\.)?\bparams\b(\.\w+)?`)
	readsLocal = regexp.MustCompile(`\blocal\.(\w+)`)
)

// OfTasks are the parameters that the templates of each task read.
func OfTasks(spec *v1alpha1.FrameworkVersionSpec) map[string]map[string]bool {
	out := map[string]map[string]bool{}
	for _, t := range spec.Tasks {
		read, seen := map[string]bool{}, map[string]bool{}
		var look func(source string)
		look = func(source string) {
			for _, m := range Params.FindAllStringSubmatch(source, -1) {
				name := strings.TrimPrefix(m[2], ".")
				if m[1] != "" || strings.Contains(source, "previous") { // which depend on parameters in their own way
					name = Everything
				}
				read[name] = true
			}
			for _, m := range readsLocal.FindAllStringSubmatch(source, -1) {
				if !seen[m[1]] {
					seen[m[1]] = true
					look(spec.Locals[m[1]])
				}
			}
		}
		for _, o := range t.Objects {
			look(string(o.Template.Raw))
		}
		out[t.Name] = read
	}
	return out
}

// Sources are all expressions of a framework, and what is around them.
func Sources(spec *v1alpha1.FrameworkVersionSpec) []string {
	var out []string
	for _, p := range spec.Parameters {
		out = append(out, string(p.Schema.Raw))
	}
	for _, p := range spec.Plans {
		for _, q := range p.Parameters {
			out = append(out, string(q.Schema.Raw))
		}
	}
	for _, p := range spec.Plans {
		for _, ph := range p.Phases {
			for _, s := range ph.Steps {
				out = append(out, s.When)
			}
		}
	}
	return append(out, Templates(spec)...)
}

// Templates are the expressions of which objects and outputs are made.
func Templates(spec *v1alpha1.FrameworkVersionSpec) []string {
	var out []string
	for _, t := range spec.Tasks {
		for _, o := range t.Objects {
			out = append(out, string(o.Template.Raw), o.Ready)
		}
	}
	for _, l := range spec.Locals {
		out = append(out, l)
	}
	if spec.Outputs != nil {
		out = append(out, string(spec.Outputs.Raw))
	}
	return out
}

// Varying are the tasks whose objects may differ from step to step.
func Varying(spec *v1alpha1.FrameworkVersionSpec) map[string]bool {
	reads := func(s string) bool {
		return slices.ContainsFunc([]string{"plan.", "phase.", "step.", "execution."}, func(x string) bool { return strings.Contains(s, x) })
	}
	shared := false
	for _, l := range spec.Locals {
		shared = shared || reads(l)
	}
	out := map[string]bool{}
	for _, t := range spec.Tasks {
		out[t.Name] = shared || slices.ContainsFunc(t.Objects, func(o v1alpha1.ObjectTemplate) bool { return reads(string(o.Template.Raw)) })
	}
	return out
}
