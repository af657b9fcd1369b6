package lint

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kudoc/kudoc/internal/compile/lint/hosts"
	"github.com/kudoc/kudoc/internal/compile/lint/reads"
	"github.com/kudoc/kudoc/internal/compile/lint/tree"
)

var hostRules = []Rule{
	{Code: "KD627", Title: "an address names a pod that there is not", Warning: true, check: strangePods,
		Text: "An object or an output has the address of a pod in it, and its StatefulSet has fewer replicas. Make the list of addresses of the parameter that the replicas are made of: [for i in list.Range(0, params.replicas, 1) {...}]."},
	{Code: "KD628", Title: "an address is the same for all instances", Warning: true, defaults: true, check: fixedHosts,
		Text: "An object or an output has the address of a pod of a StatefulSet in it, written out, so that only an instance of one name has such a pod. Make the address of instance.name. That of another framework is an output of it, which requires gives to templates."},
}

// eachText visits the texts of objects and of outputs.
func (w *world) eachText(visit func(i *item, p path, text string)) {
	for _, i := range w.made {
		tree.EachText(i.object, nil, func(p path, s string) { visit(i, p, s) })
	}
	if outputs, err := w.Program.Outputs(w.inputs); err == nil {
		tree.EachText(outputs, path{"outputs"}, func(p path, s string) { visit(nil, p, s) })
	}
}

// strangePods finds the addresses of pods beyond the last one of a StatefulSet.
func strangePods(w *world, report reporter) {
	sets := map[string]*item{} // by what follows the ordinal and what comes before
	for _, i := range w.made {
		if i.is("apps", "StatefulSet") && tree.Text(i.object, "spec", "serviceName") != "" && !w.scaled(i) {
			sets[i.name()+"\x00"+tree.Text(i.object, "spec", "serviceName")] = i
		}
	}
	w.eachText(func(i *item, p path, text string) {
		if set, what := strangePod(text, sets); set != nil {
			report(i, p, set.id, what).hint = "make the addresses of what spec.replicas is made of"
		}
	})
}

// strangePod says what is wrong with the first address in a text that is of a pod that a StatefulSet does not have.
func strangePod(text string, sets map[string]*item) (*item, string) {
	for _, key := range slices.Sorted(maps.Keys(sets)) {
		if name, service, _ := strings.Cut(key, "\x00"); strings.Contains(text, name+"-."+service) {
			return sets[key], fmt.Sprintf("the address %s-.%s lacks the ordinal of the pod", name, service)
		}
	}
	for _, h := range hosts.In(text) {
		set := sets[h.Set+"\x00"+h.Service]
		if set == nil || tree.At(set.object, "spec", "ordinals") != nil {
			continue
		}
		replicas, ok := tree.Number(set.object, "spec", "replicas")
		if !ok {
			replicas = 1
		}
		if int64(h.Ordinal) >= replicas && replicas > 0 {
			return set, fmt.Sprintf("there is no pod %s-%d: StatefulSet %q has %d of them", h.Set, h.Ordinal, set.id, replicas)
		}
	}
	return nil, ""
}

// scaled says whether something else than the framework decides the replicas.
func (w *world) scaled(set *item) bool {
	return slices.ContainsFunc(w.made, func(i *item) bool {
		return i.gk.Kind == "HorizontalPodAutoscaler" && tree.Text(i.object, "spec", "scaleTargetRef", "name") == set.name()
	})
}

// fixedHosts finds addresses that the author has written out.
func fixedHosts(w *world, report reporter) {
	written := strings.Join(reads.Templates(w.Spec), "\n")
	w.eachText(func(i *item, p path, text string) {
		for _, h := range hosts.In(text) {
			if h.Address && strings.Contains(written, h.Text) {
				report(i, p, "", fmt.Sprintf("the address %s is the same for every instance", h.Text)).hint = "make it of instance.name, or of an output of a requirement"
				return
			}
		}
	})
}
