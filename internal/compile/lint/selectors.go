package lint

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/kudoc/kudoc/internal/compile/lint/pods"
	"github.com/kudoc/kudoc/internal/compile/lint/selectors"
	"github.com/kudoc/kudoc/internal/compile/lint/tree"
)

var selectorRules = []Rule{
	{Code: "KD605", Title: "a workload does not select its own pods", check: ownPods,
		Text: "The selector of a Deployment, StatefulSet, DaemonSet or ReplicaSet must match the labels of its own pod template, or an API server refuses it. Write the labels once, in a hidden field, and refer to it from both places."},
	{Code: "KD606", Title: "a selector selects no pods", Warning: true, everywhere: true, own: true, check: selectsNothing,
		Text: "A Service, PodDisruptionBudget or NetworkPolicy selects pods by labels that no pod of the framework has, whatever the parameters are. Most often the labels are misspelt, or were changed in one place only."},
	{Code: "KD607", Title: "a port leads nowhere", Warning: true, everywhere: true, check: targetPorts,
		Text: "The targetPort of a Service is a name that no container of the pods has that it selects, or a number that is not among the ports that they declare. Or a probe names a port that its container does not have. Kubernetes accepts it, and connections fail."},
}

func ownPods(w *world, report reporter) {
	for _, p := range w.pods {
		if !slices.Contains([]string{"apps/Deployment", "apps/StatefulSet", "apps/DaemonSet", "apps/ReplicaSet"}, p.qualified) {
			continue
		}
		s := selectors.Decode(p.object, "spec", "selector")
		if s == nil || s.Empty() || s.Matches(p.Labels) {
			continue
		}
		f := report(p.item, path{"spec", "selector"}, "", fmt.Sprintf("the selector %q does not match the labels %q of the pod template", s, p.Labels))
		f.hint = "refer to the same labels in both places"
	}
}

func selectsNothing(w *world, report reporter) {
	if len(w.pods) == 0 || w.hasForeign() {
		return
	}
	for _, i := range w.made {
		s := selectors.OfPods(i.qualified, i.object)
		if s != nil && len(matching(w.pods, s)) == 0 {
			f := report(i, selectors.Field(i.qualified), "", fmt.Sprintf("no pod of the framework has the labels %q", s))
			f.hint = nearestLabels(w.pods, s)
		}
	}
}

func matching(among []pod, s labels.Selector) []pod {
	var out []pod
	for _, p := range among {
		if s.Matches(p.Labels) {
			out = append(out, p)
		}
	}
	return out
}

// nearestLabels says which labels a pod has instead, if one has some of those that are asked for.
func nearestLabels(among []pod, s labels.Selector) string {
	best, most := "", 0
	requirements, _ := s.Requirements()
	for _, p := range among {
		n := 0
		for _, r := range requirements {
			if r.Matches(p.Labels) {
				n++
			} else if p.Labels.Has(r.Key()) {
				n++ // at least the name is right
			}
		}
		if n > most {
			best, most = fmt.Sprintf("those of %s %q are %q", p.gk.Kind, p.id, p.Labels), n
		}
	}
	return best
}

func targetPorts(w *world, report reporter) {
	for _, p := range w.pods {
		for _, c := range p.Containers() {
			probedPorts(p.item, c, report)
		}
	}
	for _, i := range w.made {
		s := selectors.OfPods(i.qualified, i.object)
		if s == nil || !i.is("", "Service") {
			continue
		}
		reached := matching(w.pods, s)
		if len(reached) == 0 {
			continue
		}
		for n := range tree.List(i.object, "spec", "ports") {
			targetPort(i, reached, n, report)
		}
	}
}

func targetPort(i *item, reached []pod, n int, report reporter) {
	ports, field := tree.List(i.object, "spec", "ports"), path{"spec", "ports", n, "targetPort"}
	about := tree.Text(ports[n], "name")
	var names []string
	var numbers []int64
	for _, p := range reached {
		for _, c := range p.Containers() {
			for _, port := range tree.List(c.Body, "ports") {
				if name := tree.Text(port, "name"); name != "" {
					names = append(names, name)
				}
				if number, ok := tree.Number(port, "containerPort"); ok {
					numbers = append(numbers, number)
				}
			}
		}
	}
	if name := tree.Text(ports[n], "targetPort"); name != "" {
		if !slices.Contains(names, name) {
			f := report(i, field, about, fmt.Sprintf("no container of the selected pods has a port %q", name))
			f.hint = known(names)
		}
		return
	}
	want, ok := tree.Number(ports[n], "targetPort")
	if !ok {
		field = path{"spec", "ports", n, "port"}
		want, ok = tree.Number(ports[n], "port")
	}
	if !ok || len(numbers) == 0 || slices.Contains(numbers, want) || tree.Text(i.object, "spec", "clusterIP") == "None" {
		return
	}
	report(i, field, about, fmt.Sprintf("no container of the selected pods declares the port %d", want))
}

// probedPorts finds probes of ports that their container does not name.
func probedPorts(i *item, c pods.Container, report reporter) {
	var names []string
	for _, port := range tree.List(c.Body, "ports") {
		names = append(names, tree.Text(port, "name"))
	}
	for _, probe := range []string{"startupProbe", "readinessProbe", "livenessProbe"} {
		for _, handler := range []string{"httpGet", "tcpSocket"} {
			name := tree.Text(c.Body, probe, handler, "port")
			if name != "" && !slices.Contains(names, name) {
				report(i, c.Path.Of(probe, handler, "port"), "", fmt.Sprintf("the container has no port %q", name)).hint = known(slices.DeleteFunc(slices.Clone(names), func(s string) bool { return s == "" }))
			}
		}
	}
}

// known lists names, for a hint.
func known(names []string) string {
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) == 0 {
		return "there is no port with a name"
	}
	return "there is " + strings.Join(names, ", ")
}
