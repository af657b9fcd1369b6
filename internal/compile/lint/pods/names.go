package pods

import "github.com/kudoc/kudoc/internal/compile/lint/tree"

// Names are the objects that an object other than a pod names.
func Names(kind string, object map[string]any) []Mention {
	var out []Mention
	add := func(kind string, p tree.Path) {
		if name := tree.Text(object, p...); name != "" && kind != "" {
			out = append(out, Mention{Path: p, Kind: kind, Name: name})
		}
	}
	switch kind {
	case "rbac.authorization.k8s.io/RoleBinding", "rbac.authorization.k8s.io/ClusterRoleBinding":
		add(tree.Text(object, "roleRef", "kind"), tree.Path{"roleRef", "name"})
		for n, s := range tree.List(object, "subjects") {
			if tree.Text(s, "kind") == "ServiceAccount" && tree.Text(s, "name") != "default" {
				add("ServiceAccount", tree.Path{"subjects", n, "name"})
			}
		}
	case "autoscaling/HorizontalPodAutoscaler":
		add(tree.Text(object, "spec", "scaleTargetRef", "kind"), tree.Path{"spec", "scaleTargetRef", "name"})
	case "networking.k8s.io/Ingress":
		add("Service", tree.Path{"spec", "defaultBackend", "service", "name"})
		for i, r := range tree.List(object, "spec", "rules") {
			for j := range tree.List(r, "http", "paths") {
				add("Service", tree.Path{"spec", "rules", i, "http", "paths", j, "backend", "service", "name"})
			}
		}
	}
	return out
}
