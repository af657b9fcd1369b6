package lint

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kudoc/kudoc/internal/compile/lint/tree"
)

// pod is a pod, or the template of pods, in an item.
type pod struct {
	*item
	root path // of the template in the object
	body map[string]any
}

// templates are the places of pods in objects.
var templates = map[string]path{
	"apps/Deployment":        {"spec", "template"},
	"apps/StatefulSet":       {"spec", "template"},
	"apps/DaemonSet":         {"spec", "template"},
	"apps/ReplicaSet":        {"spec", "template"},
	"batch/Job":              {"spec", "template"},
	"batch/CronJob":          {"spec", "jobTemplate", "spec", "template"},
	"/ReplicationController": {"spec", "template"},
	"/PodTemplate":           {"template"},
	"/Pod":                   {},
}

// allPods are the pods that the framework makes.
func (w *world) allPods() []pod {
	var out []pod
	for _, i := range w.made {
		root, ok := templates[i.qualified]
		if body := tree.Object(i.object, root...); ok && body != nil {
			out = append(out, pod{i, root, body})
		}
	}
	return out
}

func (p *pod) labels() labels.Set { return stringMap(tree.Object(p.body, "metadata", "labels")) }

func stringMap(m map[string]any) labels.Set {
	out := labels.Set{}
	for k, v := range m {
		if s, ok := v.(string); ok {
			out[k] = s
		}
	}
	return out
}

// container is a container of a pod.
type container struct {
	path path // in the object
	body map[string]any
	init bool
}

func (p *pod) containers() []container {
	var out []container
	for _, field := range []string{"initContainers", "containers"} {
		for n := range tree.List(p.body, "spec", field) {
			at := p.root.Of("spec", field, n)
			if body := tree.Object(p.object, at...); body != nil {
				out = append(out, container{at, body, field == "initContainers"})
			}
		}
	}
	return out
}

// selector decodes the selector at a path; nil if there is none, or if it is wrong.
func selector(v any, p ...any) labels.Selector {
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

// isForeign says whether an item is of a kind that is not Kubernetes' own, whose controller may make whatever it likes.
func (i *item) isForeign() bool {
	g := i.gk.Group
	return !builtIn[g]
}

var builtIn = map[string]bool{
	"": true, "apps": true, "batch": true, "autoscaling": true, "policy": true, "admissionregistration.k8s.io": true,
	"apiextensions.k8s.io": true, "apiregistration.k8s.io": true, "certificates.k8s.io": true, "coordination.k8s.io": true,
	"discovery.k8s.io": true, "events.k8s.io": true, "flowcontrol.apiserver.k8s.io": true, "networking.k8s.io": true,
	"node.k8s.io": true, "rbac.authorization.k8s.io": true, "resource.k8s.io": true, "scheduling.k8s.io": true, "storage.k8s.io": true,
}

func (w *world) hasForeign() bool {
	for _, i := range w.made {
		if i.isForeign() {
			return true
		}
	}
	return false
}
