// Package selectors reads the selectors of pods in objects.
package selectors

import (
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kudoc/kudoc/internal/compile/lint/pods"
	"github.com/kudoc/kudoc/internal/compile/lint/tree"
)

// fields are those of kinds that select pods.
var fields = map[string]tree.Path{
	"/Service":                        {"spec", "selector"},
	"policy/PodDisruptionBudget":      {"spec", "selector"},
	"networking.k8s.io/NetworkPolicy": {"spec", "podSelector"},
}

// Field is the field by which objects of a kind select pods: policy/PodDisruptionBudget, or /Service in the core group.
func Field(kind string) tree.Path { return fields[kind] }

// OfPods is the selector of an object that selects pods, without what Kubernetes itself, or a program at run time, adds to the
// labels of a pod. It is nil where an object selects none.
func OfPods(kind string, object map[string]any) labels.Selector {
	p, ok := fields[kind]
	if !ok {
		return nil
	}
	var s labels.Selector
	if kind == "/Service" {
		if tree.Text(object, "spec", "type") == "ExternalName" || tree.Object(object, p...) == nil {
			return nil
		}
		s = labels.SelectorFromSet(pods.Labels(tree.Object(object, p...)))
	} else if s = Decode(object, p...); s == nil {
		return nil
	}
	out := labels.NewSelector()
	requirements, _ := s.Requirements()
	for _, r := range requirements {
		if !isDynamic(r.Key()) {
			out = out.Add(r)
		}
	}
	if out.Empty() {
		return nil
	}
	return out
}

// dynamic are words in the names of labels that pods get from somebody else than their template: from Kubernetes, or from a
// program that tells its leader from the others.
var dynamic = []string{"role", "leader", "primary", "master", "active", "pod-name", "pod-index", "job-name", "controller-uid", "hash", "revision"}

func isDynamic(key string) bool {
	name := key[strings.LastIndex(key, "/")+1:]
	return slices.ContainsFunc(dynamic, func(word string) bool { return strings.Contains(name, word) })
}

// Decode decodes the selector at a path; nil if there is none, or if it is wrong.
func Decode(v any, p ...any) labels.Selector {
	m := tree.Object(v, p...)
	if m == nil {
		return nil
	}
	var s metav1.LabelSelector
	if runtime.DefaultUnstructuredConverter.FromUnstructured(m, &s) != nil {
		return nil
	}
	out, err := metav1.LabelSelectorAsSelector(&s)
	if err != nil {
		return nil
	}
	return out
}
