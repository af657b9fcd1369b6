package structural_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kudoc/kudoc/internal/structural"
)

func TestCheck(t *testing.T) {
	for name, tc := range map[string]struct {
		object string
		want   []string
	}{
		"an object that is right": {`{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"k": "v"}}`, nil},
		"a kind of somebody else": {`{"apiVersion": "example.com/v1", "kind": "Thing", "spec": {"anything": 1}}`, nil},
		"a field that does not exist": {
			`{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": {"port": []}}`,
			[]string{`unknown field "spec.port"`},
		},
		"a value of another type": {
			`{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}, "spec": {"replicas": "3"}}`,
			[]string{`want another type than string into DeploymentSpec.spec.replicas of type int32`},
		},
		"two ports with one number": {
			`{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": {"ports": [{"port": 1, "protocol": "TCP"}, {"port": 1, "protocol": "TCP"}]}}`,
			[]string{`spec.ports: duplicate entries for key [port=1,protocol="TCP"]`},
		},
		"two variables with one name": {
			`{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": [{"name": "c", "env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]}]}}`,
			[]string{`spec.containers[name="c"].env: duplicate entries for key [name="A"]`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var object map[string]any
			if err := json.Unmarshal([]byte(tc.object), &object); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, structural.Check(object)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func BenchmarkCheck(b *testing.B) {
	object := map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "a"}, "data": map[string]any{"k": "v"}}
	for b.Loop() {
		structural.Check(object)
	}
}
