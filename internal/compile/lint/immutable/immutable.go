// Package immutable knows the fields of Kubernetes' kinds that an API server does not let change.
package immutable

import (
	"maps"
	"slices"

	"github.com/kudoc/kudoc/internal/compile/lint/tree"
)

// fixed are the fields of kinds that cannot change.
var fixed = map[string][]tree.Path{
	"apps/Deployment":                       {{"spec", "selector"}},
	"apps/DaemonSet":                        {{"spec", "selector"}},
	"apps/ReplicaSet":                       {{"spec", "selector"}},
	"batch/Job":                             {{"spec", "template"}, {"spec", "selector"}, {"spec", "completionMode"}, {"spec", "podFailurePolicy"}, {"spec", "backoffLimitPerIndex"}},
	"rbac.authorization.k8s.io/RoleBinding": {{"roleRef"}},
	"rbac.authorization.k8s.io/ClusterRoleBinding": {{"roleRef"}},
	"storage.k8s.io/StorageClass":                  {{"provisioner"}, {"parameters"}, {"reclaimPolicy"}, {"volumeBindingMode"}},
	"scheduling.k8s.io/PriorityClass":              {{"value"}},
	"/Secret":                                      {{"type"}},
}

// changeable are the fields of a spec that alone can change.
var changeable = map[string][]string{
	"apps/StatefulSet":       {"replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy", "minReadySeconds"},
	"/PersistentVolumeClaim": {"resources", "volumeAttributesClassName"},
}

// Fields are the fields of an object that cannot change to those of another one of the kind: apps/Deployment, or /Secret in
// the core group.
func Fields(kind string, before, after map[string]any) []tree.Path {
	out := slices.Clone(fixed[kind])
	if may, ok := changeable[kind]; ok {
		names := maps.Clone(tree.Object(before, "spec"))
		maps.Copy(names, tree.Object(after, "spec"))
		for _, k := range slices.Sorted(maps.Keys(names)) {
			if !slices.Contains(may, k) {
				out = append(out, tree.Path{"spec", k})
			}
		}
	}
	switch kind {
	case "/ConfigMap", "/Secret":
		if tree.Holds(before, "immutable") && tree.Holds(after, "immutable") {
			out = append(out, tree.Path{"data"}, tree.Path{"stringData"}, tree.Path{"binaryData"})
		}
	case "/Service":
		if tree.Text(before, "spec", "type") != "ExternalName" && tree.Text(after, "spec", "type") != "ExternalName" {
			out = append(out, tree.Path{"spec", "clusterIP"})
		}
	case "batch/Job":
		if tree.Text(before, "spec", "completionMode") != "Indexed" {
			out = append(out, tree.Path{"spec", "completions"})
		}
	}
	return out
}
