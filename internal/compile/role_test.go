package compile

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/kudoc/kudoc/internal/kinds"
)

func TestTheRoleHasTheVerbsThatItsTasksNeed(t *testing.T) {
	all := []string{"get", "list", "watch", "create", "patch", "delete"}
	for name, tc := range map[string]struct {
		tasks string
		want  []rbacv1.PolicyRule
	}{
		"apply and run": {
			tasks: `{a: apply: c: {apiVersion: "v1", kind: "ConfigMap", metadata: name: "a"}, r: run: {apiVersion: "batch/v1", kind: "Job", metadata: name: "a"}}`,
			want:  []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"configmaps"}, Verbs: all}, {APIGroups: []string{"batch"}, Resources: []string{"jobs"}, Verbs: all}},
		},
		"what is only deleted is not written": {
			tasks: `{a: apply: c: {apiVersion: "v1", kind: "ConfigMap", metadata: name: "a"}, r: delete: [{apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: name: "a"}]}`,
			want: []rbacv1.PolicyRule{
				{APIGroups: []string{""}, Resources: []string{"configmaps"}, Verbs: all},
				{APIGroups: []string{""}, Resources: []string{"persistentvolumeclaims"}, Verbs: []string{"get", "list", "watch", "delete"}},
			},
		},
		"what is applied elsewhere is": {
			tasks: `{a: apply: c: {apiVersion: "v1", kind: "Service", metadata: name: "a"}, r: delete: [{apiVersion: "v1", kind: "Service", metadata: name: "a"}]}`,
			want:  []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"services"}, Verbs: all}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			src := strings.Replace(minimal, `tasks: t: apply: c: {apiVersion: "v1", kind: "Thing", metadata: name: instance.name}`, "tasks: "+tc.tasks, 1)
			write(t, dir, "f.cue", strings.Replace(src, `tasks: ["t"]`, `tasks: ["a", "r"]`, 1))
			r, ds := Framework(Options{Dir: dir, KudocVersion: "test"})
			if ds.HasErrors() {
				t.Fatal(ds.Error())
			}
			if diff := cmp.Diff(tc.want, r.Role.Rules); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestKindsHaveThePluralsThatRBACKnows(t *testing.T) {
	for kind, want := range map[string]string{
		"NetworkPolicy": "networkpolicies", "Ingress": "ingresses", "Endpoints": "endpoints", "EndpointSlice": "endpointslices",
		"StorageClass": "storageclasses", "PriorityClass": "priorityclasses", "Gateway": "gateways", "Kafka": "kafkas", "ReplicaSet": "replicasets",
	} {
		if got := kinds.Resource(kind); got != want {
			t.Errorf("%s: got %s, want %s", kind, got, want)
		}
	}
}
