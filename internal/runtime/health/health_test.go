package health

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

// objectOf reads an object, or nil.
func objectOf(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	if text == "" {
		return nil
	}
	b, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	u := &unstructured.Unstructured{}
	if err := u.UnmarshalJSON(b); err != nil {
		t.Fatal(err)
	}
	return u
}

func TestHowFarTheObjectOfATaskIs(t *testing.T) {
	const (
		stamped = `{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: ns, annotations: {kudoc.dev/applied: "2"}}}`
		older   = `{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: ns, annotations: {kudoc.dev/applied: "1"}}}`
		going   = `{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: ns, deletionTimestamp: "2026-01-01T00:00:00Z", annotations: {kudoc.dev/applied: "2"}}}`
		done    = `{apiVersion: batch/v1, kind: Job, metadata: {name: a, namespace: ns, annotations: {kudoc.dev/applied: "2"}}, status: {conditions: [{type: Complete, status: "True"}]}}`
	)
	apply, run, del := v1alpha1.TaskApply, v1alpha1.TaskRun, v1alpha1.TaskDelete
	for name, tc := range map[string]struct {
		kind    v1alpha1.TaskKind
		live    string
		foreign bool
		want    plan.Progress
		message string
	}{
		"what is not there is applied":                       {apply, "", false, plan.Absent, ""},
		"what another attempt applied is applied again":      {apply, older, false, plan.Absent, ""},
		"what is applied and healthy is done":                {apply, stamped, false, plan.Done, ""},
		"what is going is applied once it is gone":           {apply, going, false, plan.Waiting, "waiting for ConfigMap/ns/a to be gone"},
		"what was not made for the instance is not touched":  {apply, stamped, true, plan.Broken, "ConfigMap/ns/a: it exists and was not made for this instance: hand it over with the annotation kudoc.dev/adopt: i, or delete it, or give the instance another name"},
		"nor is it deleted":                                  {del, stamped, true, plan.Broken, "ConfigMap/ns/a: it was not made for this instance, so it is not deleted"},
		"what is not there has been deleted":                 {del, "", false, plan.Done, ""},
		"what is there has yet to be deleted":                {del, stamped, false, plan.Absent, ""},
		"a deletion is waited for":                           {del, going, false, plan.Waiting, "waiting for ConfigMap/ns/a to be gone"},
		"a Job that has completed is removed":                {run, done, false, plan.Completed, "removing Job/ns/a, which has completed"},
		"a Job of an apply task that has completed is there": {apply, done, false, plan.Done, ""},
	} {
		wanted := objectOf(t, stamped)
		wanted.SetLabels(map[string]string{v1alpha1.LabelInstance: "i"})
		got := Judge(tc.kind, wanted, objectOf(t, tc.live), !tc.foreign)
		if diff := cmp.Diff(plan.Observation{Progress: tc.want, Message: tc.message}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestWhatCountsAsHealthy(t *testing.T) {
	for name, tc := range map[string]struct {
		live    string
		want    plan.Progress
		message string
	}{
		"an Instance that is ready":                          {`{apiVersion: kudoc.dev/v1alpha1, kind: Instance, metadata: {name: a, namespace: ns, generation: 2}, status: {observedGeneration: 2, conditions: [{type: Ready, status: "True"}]}}`, plan.Done, ""},
		"an Instance that was ready before its spec changed": {`{apiVersion: kudoc.dev/v1alpha1, kind: Instance, metadata: {name: a, namespace: ns, generation: 2}, status: {observedGeneration: 1, conditions: [{type: Ready, status: "True"}]}}`, plan.Waiting, "waiting for Instance/ns/a: has not been looked at"},
		"an Instance that is not ready":                      {`{apiVersion: kudoc.dev/v1alpha1, kind: Instance, metadata: {name: a, namespace: ns, generation: 1}, status: {observedGeneration: 1, conditions: [{type: Ready, status: "False", reason: PlanFailed, message: nope}]}}`, plan.Waiting, "waiting for Instance/ns/a: PlanFailed: nope"},
		"a Job counts when it has completed, not when it has started": {
			`{apiVersion: batch/v1, kind: Job, metadata: {name: a}, status: {active: 1, startTime: "2026-01-01T00:00:00Z"}}`, plan.Waiting, "waiting for Job/a to complete, pods active: 1",
		},
		"a failed Job is not waited for": {
			`{apiVersion: batch/v1, kind: Job, metadata: {name: a}, status: {conditions: [{type: Failed, status: "True", reason: BackoffLimitExceeded, message: too often}]}}`,
			plan.Broken, "Job/a failed: BackoffLimitExceeded: too often",
		},
		"a Job with a deadline that has passed is not waited for": {
			`{apiVersion: batch/v1, kind: Job, metadata: {name: a}, status: {conditions: [{type: Failed, status: "True", reason: DeadlineExceeded, message: too long}]}}`,
			plan.Broken, "Job/a failed: DeadlineExceeded: too long",
		},
		"a pod that has succeeded":  {`{apiVersion: v1, kind: Pod, metadata: {name: a}, status: {phase: Succeeded}}`, plan.Done, ""},
		"a pod that has failed":     {`{apiVersion: v1, kind: Pod, metadata: {name: a}, status: {phase: Failed}}`, plan.Broken, "Pod/a failed"},
		"a claim that is not bound": {`{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: a}, status: {phase: Pending}}`, plan.Done, ""},
		"a claim without a volume":  {`{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: a}, status: {phase: Lost}}`, plan.Broken, "PersistentVolumeClaim/a has lost its volume"},
		"a Deployment that rolls out": {
			`{apiVersion: apps/v1, kind: Deployment, metadata: {name: a, generation: 1}, spec: {replicas: 3}, status: {observedGeneration: 1, replicas: 3, readyReplicas: 1}}`,
			plan.Waiting, "waiting for Deployment/a: 1 of 3 replicas ready",
		},
		"a Deployment that has too many pods yet": {
			`{apiVersion: apps/v1, kind: Deployment, metadata: {name: a, generation: 1}, spec: {replicas: 3}, status: {observedGeneration: 1, replicas: 4, updatedReplicas: 3, readyReplicas: 4, availableReplicas: 4}}`,
			plan.Waiting, "waiting for Deployment/a: 4 replicas ready, 3 wanted",
		},
		"a Deployment that has been changed and not been looked at": {
			`{apiVersion: apps/v1, kind: Deployment, metadata: {name: a, generation: 2}, spec: {replicas: 0}, status: {observedGeneration: 1}}`,
			plan.Waiting, "waiting for Deployment/a: Deployment generation is 2, but latest observed generation is 1",
		},
		"a definition that is not established": {
			`{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: a}, status: {conditions: []}}`,
			plan.Waiting, "waiting for CustomResourceDefinition/a: Install in progress",
		},
		"a definition that is established": {
			`{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: a}, status: {conditions: [{type: Established, status: "True"}]}}`, plan.Done, "",
		},
		"a kind that says Ready=False": {
			`{apiVersion: example.com/v1, kind: Thing, metadata: {name: a}, status: {conditions: [{type: Ready, status: "False", reason: Cold, message: warming up}]}}`,
			plan.Waiting, "waiting for Thing/a: warming up",
		},
		"a kind that says nothing": {`{apiVersion: example.com/v1, kind: Thing, metadata: {name: a}}`, plan.Done, ""},
	} {
		if diff := cmp.Diff(plan.Observation{Progress: tc.want, Message: tc.message}, Of(objectOf(t, tc.live))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestATaskIsAsFarAsTheObjectThatIsLeastFar(t *testing.T) {
	order := []plan.Progress{plan.Done, plan.Completed, plan.Waiting, plan.Absent, plan.Broken}
	for i, a := range order {
		for j, b := range order {
			if got := Worse(plan.Observation{Progress: a}, plan.Observation{Progress: b}).Progress; got != order[max(i, j)] {
				t.Errorf("of %d and %d, %d decides", a, b, got)
			}
		}
	}
}

func TestWhatHoldsUpAPodIsNamed(t *testing.T) {
	for name, tc := range map[string]struct{ status, want string }{
		"nothing":             {`{phase: Running}`, ""},
		"a matter of time":    {`{containerStatuses: [{state: {waiting: {reason: ContainerCreating}}}]}`, ""},
		"an image":            {`{containerStatuses: [{state: {waiting: {reason: ErrImagePull, message: no such image}}}]}`, "ErrImagePull: no such image"},
		"a crash":             {`{initContainerStatuses: [{name: init, state: {terminated: {exitCode: 3, message: "no space\n"}}}]}`, "container init exited with 3: no space"},
		"the last lines":      {`{containerStatuses: [{name: c, state: {terminated: {exitCode: 1, message: "1\n2\n3\n4\n5\n6\n"}}}]}`, "container c exited with 1: 2; 3; 4; 5; 6"},
		"no node has room":    {`{conditions: [{type: PodScheduled, status: "False", reason: Unschedulable, message: no memory}]}`, "Unschedulable: no memory"},
		"a crash, repeatedly": {`{containerStatuses: [{state: {waiting: {reason: CrashLoopBackOff}}}]}`, "CrashLoopBackOff"},
	} {
		p := &corev1.Pod{}
		if err := yaml.Unmarshal([]byte(tc.status), &p.Status); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tc.want, trouble(p)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestHowFarAnObjectOfOthersIs(t *testing.T) {
	const (
		want    = `{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: ns, annotations: {patched: "1"}}, data: {a: "1"}, list: [{x: 1}, 3]}`
		patched = `{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: ns, annotations: {patched: "1", other: "2"}}, data: {a: "1", b: "2"}, list: [{x: 1, y: 2}, 2, 3]}`
		changed = `{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: ns, annotations: {patched: "1"}}, data: {a: "2"}, list: [{x: 1}, 3]}`
		order   = `{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: ns, annotations: {patched: "1"}}, data: {a: "1"}, list: [3, {x: 1}]}`
		going   = `{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: ns, deletionTimestamp: "2026-01-01T00:00:00Z"}}`
		starts  = `{apiVersion: apps/v1, kind: Deployment, metadata: {name: a, namespace: ns, generation: 2}, status: {observedGeneration: 1}}`
	)
	patch, wait := v1alpha1.TaskPatch, v1alpha1.TaskWait
	for name, tc := range map[string]struct {
		kind    v1alpha1.TaskKind
		live    string
		want    plan.Progress
		message string
	}{
		"what is not there is waited for":             {wait, "", plan.Waiting, "waiting for ConfigMap/ns/a, which is not there"},
		"and is patched once it is there":             {patch, "", plan.Waiting, "waiting for ConfigMap/ns/a, which is not there"},
		"what goes is waited for":                     {wait, going, plan.Waiting, "waiting for ConfigMap/ns/a, which is being deleted"},
		"what is there and healthy is done":           {wait, changed, plan.Done, ""},
		"what is not healthy is waited for":           {wait, starts, plan.Waiting, "waiting for Deployment/ns/a: 0 of 1 replicas ready"},
		"what has every field that is set is patched": {patch, patched, plan.Done, ""},
		"what has another value is patched again":     {patch, changed, plan.Absent, ""},
		"what has another order is patched again":     {patch, order, plan.Absent, ""},
	} {
		got := Judge(tc.kind, objectOf(t, want), objectOf(t, tc.live), false)
		if diff := cmp.Diff(plan.Observation{Progress: tc.want, Message: tc.message}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
