package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/lint/immutable"
	"github.com/kudoc/kudoc/internal/compile/lint/tree"
)

var changeRules = []Rule{
	{Code: "KD613", Title: "a parameter changes a field that cannot change", changes: true, check: immutableFields,
		Text: "A change of the parameter changes a field that an API server does not let change once the object exists, such as the volumeClaimTemplates of a StatefulSet or the template of a Job: the plan that the change runs fails, every time. If the parameter cannot change, say so: @param(immutable). Otherwise let the plan delete the object before it applies it, or put the value into the name of the object."},
}

func immutableFields(w *world, report reporter) {
	if w.sample.Changed == nil {
		return
	}
	n := slices.IndexFunc(w.Spec.Parameters, func(p v1alpha1.Parameter) bool { return p.Name == w.sample.Changed[0] })
	if n < 0 || w.Spec.Parameters[n].Immutable {
		return
	}
	parameter := strings.Join(w.sample.Changed, ".")
	plan := planAfterChange(w.Spec, &w.Spec.Parameters[n])
	for _, i := range w.first.items {
		j := w.find(i)
		if i.kind != v1alpha1.TaskApply || j == nil || i == j || w.first.identity(i) != w.identity(j) || tree.Text(j.object, "metadata", "annotations", v1alpha1.AnnotationImmutable) == "recreate" {
			continue
		}
		for _, field := range immutable.Fields(i.qualified, i.object, j.object) {
			var changed []path
			tree.Different(tree.At(i.object, field...), tree.At(j.object, field...), field, func(p path) { changed = append(changed, p) })
			if len(changed) == 0 {
				continue
			}
			if !w.editedBy(plan, j) {
				break
			}
			f := report(j, changed[0], parameter, fmt.Sprintf("parameter %q changes %s, which cannot change once the %s exists", parameter, changed[0], i.gk.Kind))
			f.hint = fmt.Sprintf("mark the parameter @param(immutable), delete the object before plan %q applies it, or let it be made anew with the annotation %s: recreate", plan, v1alpha1.AnnotationImmutable)
			break
		}
	}
}

// planAfterChange is the plan that runs when a parameter changes.
func planAfterChange(spec *v1alpha1.FrameworkVersionSpec, p *v1alpha1.Parameter) string {
	switch {
	case p.Trigger != "":
		return p.Trigger
	case spec.Plan(v1alpha1.PlanUpdate) != nil:
		return v1alpha1.PlanUpdate
	}
	return v1alpha1.PlanDeploy
}

// editedBy says whether a plan applies an object that it has not deleted before.
func (w *world) editedBy(plan string, i *item) bool {
	p := w.Spec.Plan(plan)
	if p == nil {
		return false
	}
	for _, s := range w.steps {
		if s.plan != plan {
			continue
		}
		if in, ok := w.at(s); ok && p.Phases[s.phase].Steps[s.step].When != "" {
			if runs, err := w.Program.When(in); err == nil && !runs {
				continue
			}
		}
		for _, t := range p.Phases[s.phase].Steps[s.step].Tasks {
			if t == i.use.task {
				return true
			}
			if w.deletes(t, i) {
				return false
			}
		}
	}
	return false
}

// deletes says whether a task deletes an object.
func (w *world) deletes(task string, i *item) bool {
	return slices.ContainsFunc(w.items, func(x *item) bool {
		return x.kind == v1alpha1.TaskDelete && x.use.task == task && w.identity(x) == w.identity(i)
	})
}
