package execution_test

import (
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/render"
	"github.com/kudoc/kudoc/internal/runtime/execution"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

const version = `
framework: f
version: 1.0.0
templateFormat: "1.0"
parameters:
  - {name: text, schema: {type: string, default: a}}
  - {name: other, schema: {type: string, default: a}}
  - {name: replicas, schema: {type: int, default: 1}}
  - {name: keep, schema: {type: bool, default: false}}
tasks:
  - name: config
    kind: Apply
    objects:
      - {id: read, template: {apiVersion: v1, kind: ConfigMap, metadata: {name: {$cel: instance.name}}, data: {text: {$cel: params.text}}}}
      - {id: unread, template: {apiVersion: v1, kind: Secret, metadata: {name: {$cel: instance.name}}, stringData: {text: {$cel: params.other}}}}
  - name: server
    kind: Apply
    objects:
      - id: server
        template:
          apiVersion: apps/v1
          kind: Deployment
          metadata: {name: server, annotations: {kudoc.dev/restart: {$cel: 'params.keep ? "disabled" : ""'}}}
          spec:
            replicas: {$cel: params.replicas}
            template: {spec: {containers: [{name: c, envFrom: [{configMapRef: {name: {$cel: instance.name}}}, {configMapRef: {name: elsewhere}}]}]}}
      - {id: plain, template: {apiVersion: apps/v1, kind: Deployment, metadata: {name: plain}, spec: {template: {spec: {containers: [{name: c}]}}}}}
plans:
  - {name: deploy, strategy: serial, phases: [{name: p, strategy: serial, steps: [{name: s, tasks: [config, server]}]}]}
`

func TestPodsAreMarkedWithTheConfigurationThatTheyRead(t *testing.T) {
	none := marks(t, nil)
	if none["server"] == "" || none["plain"] != "" {
		t.Fatalf("marks are %v: the server reads a ConfigMap of the framework, the other reads nothing", none)
	}
	for name, tc := range map[string]struct {
		params map[string]any
		same   bool
	}{
		"what they read changes":                  {map[string]any{"text": "b"}, false},
		"what they do not read changes":           {map[string]any{"other": "b"}, true},
		"the workload itself changes":             {map[string]any{"replicas": int64(2)}, true},
		"the framework does not want restarts":    {map[string]any{"text": "b", "keep": true}, false},
		"the framework does not want a mark then": {map[string]any{"keep": true}, false},
	} {
		got := marks(t, tc.params)
		if (got["server"] == none["server"]) != tc.same {
			t.Errorf("%s: the mark was %q and is %q", name, none["server"], got["server"])
		}
		if tc.params["keep"] == true && got["server"] != "" {
			t.Errorf("%s: there is a mark", name)
		}
	}
}

// marks are the annotations of the pods, by workload.
func marks(t *testing.T, params map[string]any) map[string]string {
	t.Helper()
	v := &v1alpha1.FrameworkVersion{}
	if err := yaml.Unmarshal([]byte(version), &v.Spec); err != nil {
		t.Fatal(err)
	}
	program, err := render.Load(&v.Spec)
	if err != nil {
		t.Fatal(err)
	}
	run := &execution.Run{Instance: &v1alpha1.Instance{}, Execution: &v1alpha1.PlanExecution{}, Version: v, Program: program, Plan: &v.Spec.Plans[0]}
	run.Instance.Name, run.Instance.Namespace = "a", "ns"
	if run.Params, err = program.Params(params); err != nil {
		t.Fatal(err)
	}
	objects, err := run.Objects(plan.Ref{Phase: "p", Step: "s", Task: "server"}, 1, execution.OfflineScope)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, u := range objects {
		out[u.GetName()], _, _ = unstructured.NestedString(u.Object, "spec", "template", "metadata", "annotations", v1alpha1.AnnotationConfiguration)
	}
	return out
}
