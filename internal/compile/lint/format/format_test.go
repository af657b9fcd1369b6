package format_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kudoc/kudoc/internal/compile/lint/format"
	"github.com/kudoc/kudoc/internal/compile/lint/tree"
)

func TestCheck(t *testing.T) {
	for name, tc := range map[string]struct {
		kind, object string
		pod          tree.Path
		want         map[string]string
	}{
		"an object that is right": {"/Service", `{"metadata": {"name": "1-a", "labels": {"example.com/a": ""}}, "spec": {"ports": [{"name": "1", "port": 1, "targetPort": "http"}]}}`, nil, nil},
		"a name with a capital":   {"/ConfigMap", `{"metadata": {"name": "A"}}`, nil, map[string]string{"metadata.name": `Kubernetes refuses name "A": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character`}},
		"a role may have a colon": {"rbac.authorization.k8s.io/Role", `{"metadata": {"name": "system:a"}}`, nil, nil},
		"the name of a CronJob is short, because its Jobs have longer ones": {"batch/CronJob", `{"metadata": {"name": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}, "spec": {"schedule": "@daily"}}`, nil,
			map[string]string{"metadata.name": `Kubernetes refuses name "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa": must be no more than 52 characters`}},
		"a port out of range": {"/Service", `{"spec": {"ports": [{"port": 0}, {"port": 1, "targetPort": 65536}]}}`, nil,
			map[string]string{"spec.ports[0].port": "Kubernetes refuses port 0: must be between 1 and 65535, inclusive", "spec.ports[1].targetPort": "Kubernetes refuses targetPort 65536: must be between 1 and 65535, inclusive"}},
		"a container in a template": {"apps/Deployment", `{"spec": {"replicas": -1, "template": {"spec": {"containers": [{"name": "a_b", "env": [{"name": ""}], "ports": [{"name": "longer-than-15-is", "containerPort": 1}]}]}}}}`, tree.Path{"spec", "template"},
			map[string]string{
				"spec.replicas":                                  "Kubernetes refuses replicas -1: must not be negative",
				"spec.template.spec.containers[0].name":          "Kubernetes refuses name \"a_b\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
				"spec.template.spec.containers[0].ports[0].name": `Kubernetes refuses name "longer-than-15-is": must be no more than 15 characters`,
				"spec.template.spec.containers[0].env[0].name":   `Kubernetes refuses name "": environment variable name must be non-empty`,
			}},
		"fields of other types than Kubernetes has": {"/Service", `{"metadata": 1, "spec": {"ports": {"a": 1}, "selector": "x"}}`, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			o := &format.Object{Kind: tc.kind, Pod: tc.pod, HasPod: tc.pod != nil}
			if err := json.Unmarshal([]byte(tc.object), &o.Body); err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			format.Check(o, func(p tree.Path, message string) { got[p.String()] = message })
			if tc.want == nil {
				tc.want = map[string]string{}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
