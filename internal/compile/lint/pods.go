package lint

import "github.com/kudoc/kudoc/internal/compile/lint/pods"

// pod is the pod in an item.
type pod struct {
	*item
	pods.Pod
}

// mention is the name of an object in an item.
type mention struct {
	item *item
	pods.Mention
}

// readPods finds the pods that the framework makes, and what they and other objects mention.
func (w *world) readPods() {
	for _, i := range w.made {
		if p, ok := pods.In(i.qualified, i.object); ok {
			w.pods = append(w.pods, pod{i, p})
		}
	}
	for n := range w.pods {
		for _, m := range w.pods[n].Mentions() {
			w.mentions = append(w.mentions, mention{w.pods[n].item, m})
		}
	}
	for _, i := range w.made {
		for _, m := range pods.Names(i.qualified, i.object) {
			w.mentions = append(w.mentions, mention{i, m})
		}
	}
}

// isPod says whether there is a pod in an item.
func (w *world) isPod(i *item) bool {
	_, ok := pods.Root(i.qualified)
	return ok
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
