// Package pods reads the pods in objects: their containers, and the other objects that they name.
package pods

import (
	"k8s.io/apimachinery/pkg/labels"

	"github.com/kudoc/kudoc/internal/compile/lint/tree"
)

// Pod is a pod, or the template of pods, in an object.
type Pod struct {
	Object map[string]any
	Root   tree.Path // of the pod in the object
	Body   map[string]any
	Labels labels.Set
}

// templates are the places of pods in objects.
var templates = map[string]tree.Path{
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

// Root is where the pod is in objects of a kind: apps/Deployment, or /Pod in the core group.
func Root(kind string) (tree.Path, bool) {
	p, ok := templates[kind]
	return p, ok
}

// In is the pod in an object, if there is one.
func In(kind string, object map[string]any) (Pod, bool) {
	root, ok := templates[kind]
	if !ok {
		return Pod{}, false
	}
	body := tree.Object(object, root...)
	return Pod{object, root, body, Labels(tree.Object(body, "metadata", "labels"))}, body != nil
}

// Labels are the strings of a map.
func Labels(m map[string]any) labels.Set {
	out := labels.Set{}
	for k, v := range m {
		if s, ok := v.(string); ok {
			out[k] = s
		}
	}
	return out
}

// Container is a container of a pod.
type Container struct {
	Path tree.Path // in the object
	Body map[string]any
}

// Containers are those of a pod, those for its beginning first.
func (p *Pod) Containers() []Container {
	var out []Container
	for _, field := range []string{"initContainers", "containers"} {
		for n := range tree.List(p.Body, "spec", field) {
			at := p.Root.Of("spec", field, n)
			if body := tree.Object(p.Object, at...); body != nil {
				out = append(out, Container{at, body})
			}
		}
	}
	return out
}
