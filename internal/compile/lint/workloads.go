package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/lint/pods"
	"github.com/kudoc/kudoc/internal/compile/lint/selectors"
	"github.com/kudoc/kudoc/internal/compile/lint/tree"
)

var podRules = []Rule{
	{Code: "KD614", Title: "a Job restarts its containers for ever", check: jobRestarts,
		Text: "The restartPolicy of the pods of a Job is Never or OnFailure. Always, which it is where nothing is said, is refused: a Job is to end."},
	{Code: "KD615", Title: "nothing tells when a workload is ready", Warning: true, defaults: true, check: readiness,
		Text: "A later step of a plan begins when the workload is healthy, but no container has a readinessProbe, so that it counts as healthy as soon as its processes have been started. Give the container that serves a readinessProbe, or the task a ready condition."},
	{Code: "KD616", Title: "an image has no version", Warning: true, defaults: true, values: true, check: imageVersion,
		Text: "An image without a tag, or with the tag latest, is another one from day to day and from node to node: no version of the framework says what it runs."},
}

func jobRestarts(w *world, report reporter) {
	for _, p := range w.pods {
		if p.gk.Group != "batch" {
			continue
		}
		field := p.Root.Of("spec", "restartPolicy")
		switch policy := tree.Text(p.object, field...); policy {
		case "Never", "OnFailure":
		case "":
			report(p.item, field, "", "the pods of a Job need a restartPolicy: Never or OnFailure")
		default:
			report(p.item, field, "", fmt.Sprintf("the restartPolicy of the pods of a Job is Never or OnFailure, not %s", policy))
		}
	}
}

func readiness(w *world, report reporter) {
	for _, p := range w.pods {
		if p.kind != v1alpha1.TaskApply || p.ready || !p.is("apps", "Deployment") && !p.is("apps", "StatefulSet") || !w.serves(&p) {
			continue
		}
		probed := slices.ContainsFunc(p.Containers(), func(c pods.Container) bool {
			return c.Body["readinessProbe"] != nil || c.Body["startupProbe"] != nil
		})
		if probed {
			continue
		}
		if later := w.after(p.use.task); later != "" {
			f := report(p.item, p.Root.Of("spec", "containers", 0), "", fmt.Sprintf("step %q comes when %s %q is ready, but no container has a readinessProbe", later, p.gk.Kind, p.id))
			f.hint = "without one, a container is ready as soon as its process has been started"
		}
	}
}

// serves says whether a pod listens: it declares ports, or a service selects it.
func (w *world) serves(p *pod) bool {
	for _, c := range p.Containers() {
		if len(tree.List(c.Body, "ports")) > 0 {
			return true
		}
	}
	return slices.ContainsFunc(w.made, func(i *item) bool {
		s := selectors.OfPods(i.qualified, i.object)
		return i.is("", "Service") && s != nil && s.Matches(p.Labels)
	})
}

// after is a step that begins only when a task is done, and that does more than delete; or "".
func (w *world) after(task string) string {
	for _, s := range w.steps {
		plan := w.Spec.Plan(s.plan)
		if !slices.Contains(plan.Phases[s.phase].Steps[s.step].Tasks, task) {
			continue
		}
		for _, l := range w.steps {
			laterPhase := l.phase > s.phase && plan.Strategy != v1alpha1.Parallel
			laterStep := l.phase == s.phase && l.step > s.step && plan.Phases[s.phase].Strategy != v1alpha1.Parallel
			if l.plan != s.plan || !laterPhase && !laterStep {
				continue
			}
			step := &plan.Phases[l.phase].Steps[l.step]
			if slices.ContainsFunc(step.Tasks, w.starts) {
				return step.Name
			}
		}
	}
	return ""
}

// starts says whether a task makes pods.
func (w *world) starts(task string) bool {
	return slices.ContainsFunc(w.pods, func(p pod) bool { return p.use.task == task })
}

func imageVersion(w *world, report reporter) {
	for _, p := range w.pods {
		for _, c := range p.Containers() {
			image := tree.Text(c.Body, "image")
			if image == "" || strings.Contains(image, "@") {
				continue
			}
			_, tag, ok := strings.Cut(image[strings.LastIndex(image, "/")+1:], ":")
			name := tree.Text(c.Body, "name")
			switch {
			case !ok:
				report(p.item, c.Path.Of("image"), name, fmt.Sprintf("image %q has no tag", image)).hint = "name the version, such as " + image + ":1.2.3"
			case tag == "latest":
				report(p.item, c.Path.Of("image"), name, fmt.Sprintf("image %q is another one tomorrow", image)).hint = "name a version instead of latest"
			}
		}
	}
}
