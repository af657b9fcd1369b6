package lint

import (
	"fmt"

	"github.com/kudoc/kudoc/internal/compile/lint/format"
	"github.com/kudoc/kudoc/internal/compile/lint/pods"
	"github.com/kudoc/kudoc/internal/compile/lint/tree"
)

// CodeFormat is the code of values of a form that Kubernetes refuses.
const CodeFormat = "KD619"

var valueRules = []Rule{
	{Code: "KD617", Title: "an amount makes no sense", Warning: true, defaults: true, values: true, check: amounts,
		Text: "Kubernetes accepts the amount, but nobody means it: memory in thousandths of a byte (200m instead of 200Mi), less than a mebibyte, or more than a thousand cores."},
	{Code: "KD618", Title: "a container requests more than its limit", values: true, lenient: true, check: overLimit,
		Text: "An API server refuses a container that requests more of a resource than its limit for it. If parameters decide both, a constraint should keep them in order: limit: int & >=request."},
	{Code: CodeFormat, Title: "a value is not what Kubernetes accepts", values: true, lenient: true, check: formats,
		Text: "CUE's types say that a field is a string or an integer. Kubernetes wants more of it: the form of a name, of a label, of an amount or of a schedule, the range of a port. If a parameter allows the value, give it a pattern or bounds."},
}

func formats(w *world, report reporter) {
	for _, i := range w.made {
		if !w.isNew(i) {
			continue
		}
		root, ok := pods.Root(i.qualified)
		format.Check(&format.Object{Kind: i.qualified, Body: i.object, Pod: root, HasPod: ok}, func(p path, message string) {
			report(i, p, "", message)
		})
	}
	w.eachAmount(func(i *item, a amount) {
		if why := format.Amount(a.value); why != "" {
			report(i, a.path, "", format.Refused(a.path, a.value, why))
		}
	})
}

// amount is a quantity in an object.
type amount struct {
	path     path
	resource string
	value    any
}

// eachAmount visits the amounts of the containers of pods and of claims, under requests and limits.
func (w *world) eachAmount(visit func(i *item, a amount)) {
	in := func(i *item, at path) {
		for _, field := range []string{"requests", "limits"} {
			for name, v := range tree.Object(i.object, at.Of(field)...) {
				visit(i, amount{at.Of(field, name), name, v})
			}
		}
	}
	for _, p := range w.pods {
		for _, c := range p.Containers() {
			in(p.item, c.Path.Of("resources"))
		}
	}
	for _, i := range w.made {
		if i.is("", "PersistentVolumeClaim") {
			in(i, path{"spec", "resources"})
		}
		for n := range tree.List(i.object, "spec", "volumeClaimTemplates") {
			in(i, path{"spec", "volumeClaimTemplates", n, "spec", "resources"})
		}
	}
}

func amounts(w *world, report reporter) {
	w.eachAmount(func(i *item, a amount) {
		if message, hint := format.Odd(a.resource, a.value); message != "" {
			report(i, a.path, "", message).hint = hint
		}
	})
}

func overLimit(w *world, report reporter) {
	for _, p := range w.pods {
		for _, c := range p.Containers() {
			for name, v := range tree.Object(c.Body, "resources", "requests") {
				most := tree.At(c.Body, "resources", "limits", name)
				if most != nil && format.Exceeds(v, most) {
					report(p.item, c.Path.Of("resources", "requests", name), name, fmt.Sprintf("%s: the request of %v is more than the limit of %v", name, v, most))
				}
			}
		}
	}
}
