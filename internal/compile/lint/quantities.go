package lint

import (
	"fmt"

	"k8s.io/apimachinery/pkg/api/resource"

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
		q, err := quantity(a.value)
		switch {
		case err != nil:
			report(i, a.path, "", format.Refused(a.path, a.value, "want an amount, such as 500m or 2Gi"))
		case q.Sign() < 0:
			report(i, a.path, "", format.Refused(a.path, a.value, "must not be negative"))
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

// quantity parses an amount: a string, or a number.
func quantity(v any) (resource.Quantity, error) { return resource.ParseQuantity(fmt.Sprint(v)) }

var (
	mebibyte      = resource.MustParse("1Mi")
	thousandCores = resource.MustParse("1000")
)

func amounts(w *world, report reporter) {
	w.eachAmount(func(i *item, a amount) {
		q, err := quantity(a.value)
		if err != nil || q.Sign() <= 0 {
			return
		}
		switch a.resource {
		case "memory", "storage", "ephemeral-storage":
			whole := q.DeepCopy()
			whole.RoundUp(0)
			switch {
			case whole.Cmp(q) != 0:
				report(i, a.path, "", fmt.Sprintf("%s %q is a fraction of a byte: m is a thousandth", a.resource, a.value)).hint = "Mi is a mebibyte"
			case q.Cmp(mebibyte) < 0:
				report(i, a.path, "", fmt.Sprintf("%s %q is less than a mebibyte", a.resource, fmt.Sprint(a.value))).hint = "a number without a unit is in bytes"
			}
		case "cpu":
			if q.Cmp(thousandCores) > 0 {
				report(i, a.path, "", fmt.Sprintf("cpu %q is more than a thousand cores", fmt.Sprint(a.value))).hint = "a number without a unit is in cores, m is a thousandth"
			}
		}
	})
}

func overLimit(w *world, report reporter) {
	for _, p := range w.pods {
		for _, c := range p.Containers() {
			for name, v := range tree.Object(c.Body, "resources", "requests") {
				most := tree.At(c.Body, "resources", "limits", name)
				request, err := quantity(v)
				limit, err2 := quantity(most)
				if most != nil && err == nil && err2 == nil && request.Cmp(limit) > 0 {
					report(p.item, c.Path.Of("resources", "requests", name), name, fmt.Sprintf("%s: the request of %v is more than the limit of %v", name, v, most))
				}
			}
		}
	}
}
