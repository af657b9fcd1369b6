package execution_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/render"
	"github.com/kudoc/kudoc/internal/runtime/execution"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

const kinds = `
framework: f
version: 1.0.0
templateFormat: "1.0"
tasks:
  - name: all
    kind: Apply
    objects:
      - {id: "1", template: {apiVersion: apps/v1, kind: Deployment, metadata: {name: z}}}
      - {id: "2", template: {apiVersion: v1, kind: ConfigMap, metadata: {name: z}}}
      - {id: "3", template: {apiVersion: v1, kind: Namespace, metadata: {name: z}}}
      - {id: "4", template: {apiVersion: apps/v1, kind: StatefulSet, metadata: {name: a}}}
      - {id: "5", template: {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: elsewhere}}}
  - name: job
    kind: Run
    objects: [{id: job, template: {apiVersion: batch/v1, kind: Job, metadata: {name: job}}}]
plans:
  - {name: deploy, strategy: serial, phases: [{name: p, strategy: serial, steps: [{name: s, tasks: [all, job]}]}]}
`

func runOf(t *testing.T, text, name string) *execution.Run {
	t.Helper()
	v := &v1alpha1.FrameworkVersion{}
	if err := yaml.Unmarshal([]byte(text), &v.Spec); err != nil {
		t.Fatal(err)
	}
	program, err := render.Load(&v.Spec)
	if err != nil {
		t.Fatal(err)
	}
	run := &execution.Run{Instance: &v1alpha1.Instance{}, Execution: &v1alpha1.PlanExecution{}, Version: v, Program: program, Plan: &v.Spec.Plans[0]}
	run.Instance.Name, run.Instance.Namespace, run.Instance.UID = "a", "ns", "instance"
	run.Execution.Name, run.Execution.UID = name, types.UID(name)
	return run
}

func objects(t *testing.T, run *execution.Run, ref plan.Ref, attempt int32) []*unstructured.Unstructured {
	t.Helper()
	out, err := run.Objects(ref, attempt, execution.OfflineScope)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestWhatOthersNeedIsAppliedFirst(t *testing.T) {
	var got []string
	for _, u := range objects(t, runOf(t, kinds, "e"), plan.Ref{Phase: "p", Step: "s", Task: "all"}, 1) {
		got = append(got, u.GetKind()+"/"+u.GetName())
	}
	want := []string{"Namespace/z", "ConfigMap/z", "ConfigMap/a", "Deployment/z", "StatefulSet/a"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

func TestObjectsAreLabelledPlacedAndOwned(t *testing.T) {
	run := runOf(t, kinds, "e")
	want := map[string]string{
		"Namespace/z":          "in the cluster, for ns",
		"ConfigMap/z":          "in ns, owned by Instance instance",
		"ConfigMap/a":          "in elsewhere, for ns",
		"Deployment/z":         "in ns, owned by Instance instance",
		"StatefulSet/a":        "in ns, owned by Instance instance",
		"Job of the execution": "in ns, owned by PlanExecution e",
	}
	got := map[string]string{}
	for _, task := range []string{"all", "job"} {
		ref := plan.Ref{Phase: "p", Step: "s", Task: task}
		for _, u := range objects(t, run, ref, 1) {
			run.Stamp(u, ref, 1)
			labels := map[string]string{"app.kubernetes.io/managed-by": "kudoc", "kudoc.dev/instance": "a", "kudoc.dev/framework": "f"}
			if diff := cmp.Diff(labels, u.GetLabels()); diff != "" {
				t.Errorf("labels of %s (-want +got):\n%s", u.GetName(), diff)
			}
			where := "in " + u.GetNamespace()
			if u.GetNamespace() == "" {
				where = "in the cluster"
			}
			if of := u.GetAnnotations()[v1alpha1.AnnotationInstanceNamespace]; of != "" {
				where += ", for " + of
			}
			for _, o := range u.GetOwnerReferences() {
				where += fmt.Sprintf(", owned by %s %s", o.Kind, o.UID)
			}
			name := u.GetKind() + "/" + u.GetName()
			if task == "job" {
				name = "Job of the execution"
			}
			got[name] = where
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
}

func TestEveryAttemptOfARunTaskMakesAnObjectOfItsOwn(t *testing.T) {
	long := strings.ReplaceAll(kinds, "name: job}", "name: "+strings.Repeat("long-", 20)+"name}")
	seen := map[string]string{}
	for _, e := range []string{"e1", "e2"} {
		for _, step := range []string{"s", "s2"} {
			for attempt := range int32(3) {
				what := fmt.Sprintf("attempt %d of step %s of execution %s", attempt, step, e)
				ref := plan.Ref{Phase: "p", Step: step, Task: "job"}
				name := objects(t, runOf(t, long, e), ref, attempt)[0].GetName()
				if again := objects(t, runOf(t, long, e), ref, attempt)[0].GetName(); again != name {
					t.Errorf("%s makes %s and %s", what, name, again)
				}
				if len(name) > 63 {
					t.Errorf("%s is too long for a label of the pods", name)
				}
				if other, ok := seen[name]; ok {
					t.Errorf("%s and %s both make %s", what, other, name)
				}
				seen[name] = what
			}
		}
	}
}

func TestAContainerThatFailsSaysWhy(t *testing.T) {
	const text = `
framework: f
version: 1.0.0
templateFormat: "1.0"
tasks:
  - name: job
    kind: Run
    objects:
      - id: job
        template:
          apiVersion: batch/v1
          kind: Job
          metadata: {name: job}
          spec: {template: {spec: {initContainers: [{name: a}], containers: [{name: b}, {name: c, terminationMessagePolicy: File}, {name: d, terminationMessagePath: /why}]}}}
plans:
  - {name: deploy, strategy: serial, phases: [{name: p, strategy: serial, steps: [{name: s, tasks: [job]}]}]}
`
	job := objects(t, runOf(t, text, "e"), plan.Ref{Phase: "p", Step: "s", Task: "job"}, 1)[0]
	got, _, err := unstructured.NestedMap(job.Object, "spec", "template", "spec")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"initContainers": []any{map[string]any{"name": "a", "terminationMessagePolicy": "FallbackToLogsOnError"}},
		"containers": []any{
			map[string]any{"name": "b", "terminationMessagePolicy": "FallbackToLogsOnError"},
			map[string]any{"name": "c", "terminationMessagePolicy": "File"},
			map[string]any{"name": "d", "terminationMessagePath": "/why"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the containers (-want +got):\n%s", diff)
	}
}
