package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/lint/reads"
)

var planRules = []Rule{
	{Code: "KD620", Title: "what runs in parallel needs each other", Warning: true, defaults: true, check: siblings,
		Text: "Two phases or steps of plan deploy run in parallel, and a pod of one of them names an object that the other makes. Whether it is there in time is a matter of luck. Make the strategy serial, or move the object to a step before."},
	{Code: "KD621", Title: "a task deletes what no task makes", Warning: true, everywhere: true, check: strangers,
		Text: "No apply task makes the object that the task deletes, so that there is nothing to delete. Refer to the object that is meant: delete: [tasks.server.apply.server]. Objects of run tasks have names of their own and are removed when they have finished. A plan upgrade may delete what an older version made."},
	{Code: "KD622", Title: "a step never runs", Warning: true, defaults: true, check: never,
		Text: "The condition of the step is false, whatever the inputs are."},
	{Code: "KD623", Title: "a step lists a task twice", Warning: true, defaults: true, check: twice,
		Text: "A step does each of its tasks once. To do something again, use a second step."},
	{Code: "KD624", Title: "a parameter changes nothing", Warning: true, defaults: true, check: unread,
		Text: "No task, output, condition or other parameter reads the parameter, so that setting it does nothing. It may be left over, or its use may be missing. Or only what depends on a condition reads it, and no input meets that. A parameter that triggers a plan need not be read."},
}

// eachStep calls visit for every step, with its path.
func (w *world) eachStep(visit func(plan *v1alpha1.Plan, s *v1alpha1.Step, p path)) {
	for _, u := range w.steps {
		plan := w.Spec.Plan(u.plan)
		visit(plan, &plan.Phases[u.phase].Steps[u.step], path{"plans", u.plan, "phases", u.phase, "steps", u.step})
	}
}

func never(w *world, report reporter) {
	w.eachStep(func(_ *v1alpha1.Plan, s *v1alpha1.Step, p path) {
		if s.When == "false" {
			report(nil, p.Of("when"), "", fmt.Sprintf("step %q never runs: its condition is always false", s.Name))
		}
	})
}

func twice(w *world, report reporter) {
	w.eachStep(func(_ *v1alpha1.Plan, s *v1alpha1.Step, p path) {
		for n, t := range s.Tasks {
			if slices.Contains(s.Tasks[:n], t) {
				report(nil, p.Of("tasks", n), t, fmt.Sprintf("step %q lists task %q twice", s.Name, t)).hint = "it is done once"
			}
		}
	})
}

// siblings finds pods that need an object that only a parallel phase or step of the plan makes.
func siblings(w *world, report reporter) {
	plan := w.Spec.Plan(v1alpha1.PlanDeploy)
	if plan == nil {
		return
	}
	places := map[string][]use{} // of tasks in the plan
	for _, s := range w.steps {
		if s.plan == plan.Name {
			for _, t := range plan.Phases[s.phase].Steps[s.step].Tasks {
				places[t] = append(places[t], s)
			}
		}
	}
	for _, m := range w.mentions {
		o := w.object(m)
		if o == nil || m.Key != "" || m.Optional || o.use.task == m.item.use.task || !w.isPod(m.item) {
			continue
		}
		for _, user := range places[m.item.use.task] {
			if what := beside(plan, user, places[o.use.task]); what != "" {
				f := report(m.item, m.Path, m.Kind, fmt.Sprintf("%s %q is made by %s, which runs in parallel", m.Kind, o.id, what))
				f.hint = "make them serial, or move it to a step before"
			}
		}
	}
}

// beside names the phase or step of a maker, if all makers run in parallel with a user.
func beside(plan *v1alpha1.Plan, user use, makers []use) string {
	what := ""
	for _, m := range makers {
		switch {
		case m.phase != user.phase && plan.Strategy == v1alpha1.Parallel:
			what = fmt.Sprintf("phase %q", plan.Phases[m.phase].Name)
		case m.phase == user.phase && m.step != user.step && plan.Phases[m.phase].Strategy == v1alpha1.Parallel:
			what = fmt.Sprintf("step %q", plan.Phases[m.phase].Steps[m.step].Name)
		default:
			return ""
		}
	}
	return what
}

func strangers(w *world, report reporter) {
	applied := map[identity]bool{}
	for _, i := range w.items {
		if i.kind == v1alpha1.TaskApply {
			applied[w.identity(i)] = true
		}
	}
	for _, i := range w.items {
		if i.kind != v1alpha1.TaskDelete || applied[w.identity(i)] || w.upgrades(i.use.task) || i.is("", "PersistentVolumeClaim") {
			continue
		}
		f := report(i, nil, fmt.Sprint(i.place), fmt.Sprintf("no task applies the %s %q that task %q deletes", i.gk.Kind, i.name(), i.use.task))
		f.hint = "refer to an object of a task: tasks.NAME.apply.ID"
	}
}

// upgrades says whether a task has to do with objects of other versions.
func (w *world) upgrades(task string) bool {
	for _, s := range w.steps {
		if s.plan == v1alpha1.PlanUpgrade && slices.Contains(w.Spec.Plan(s.plan).Phases[s.phase].Steps[s.step].Tasks, task) {
			return true
		}
	}
	return false
}

// isRead says whether another parameter's default, constraint or policy reads a parameter.
func (w *world) isRead(param string) bool {
	return slices.ContainsFunc(w.Spec.Parameters, func(p v1alpha1.Parameter) bool {
		return p.Name != param && slices.ContainsFunc(reads.Params.FindAllStringSubmatch(string(p.Schema.Raw), -1), func(m []string) bool { return m[2] == "."+param })
	})
}

// unread finds parameters that no expression mentions, or none that any input evaluates.
func unread(w *world, report reporter) {
	read := map[string]bool{}
	for _, source := range reads.Sources(w.Spec) {
		for _, m := range reads.Params.FindAllStringSubmatch(source, -1) {
			read[m[1]+strings.TrimPrefix(m[2], ".")] = true
		}
	}
	for _, p := range w.Spec.Parameters {
		if !read[p.Name] && !read[""] && p.Trigger == "" {
			report(nil, path{"params", p.Name}, "", fmt.Sprintf("setting parameter %q changes nothing", p.Name)).hint = "use it, or remove it"
		} else if m, hidden := w.Hidden[p.Name]; hidden && p.Trigger == "" && !w.isRead(p.Name) {
			report(nil, path{"params", p.Name}, "", fmt.Sprintf("setting parameter %q changes nothing: it is read only where %s", p.Name, m.Reached())).hint = "correct the condition, or remove what nobody reaches"
		}
	}
	for _, plan := range w.Spec.Plans {
		for _, p := range plan.Parameters {
			if !read["plan."+p.Name] && !read["plan."] {
				report(nil, path{"plans", plan.Name, "params", p.Name}, "", fmt.Sprintf("setting parameter %q of plan %q changes nothing", p.Name, plan.Name)).hint = "use it, or remove it"
			}
		}
	}
}
