package runtime_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

func TestATaskSeesTheParametersThatWereAppliedBefore(t *testing.T) {
	k := connect(t)
	k.start(nil)
	inst := k.instance("a", `{"replicas": 3}`)
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	for _, step := range []struct{ params, want, why string }{
		{`{"replicas": 1}`, "3", "three shrank to one"},
		{`{"replicas": 2}`, "nothing", "one grew to two"},
		{`{"replicas": 0}`, "2", "two shrank to none"},
	} {
		k.change(inst, step.params)
		k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
		if got := k.configMap("a-drain").Data["from"]; got != step.want {
			t.Errorf("%s: the task drains from %q, want %q", step.why, got, step.want)
		}
	}
	e := k.execution("a", "scale", "")
	k.reaches(e, v1alpha1.Succeeded)
	if got := k.configMap("a-drain").Data["from"]; got != "nothing" {
		t.Errorf("a person runs the plan with what is in force: the task drains from %q", got)
	}
}

func TestAStepRunsUnderItsCondition(t *testing.T) {
	k := connect(t)
	k.start(nil)
	inst := k.instance("a", `{"greeting": "first"}`)
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)

	chosen := k.execution("a", "choose", `{"order": "note"}`)
	k.reaches(chosen, v1alpha1.Succeeded)
	steps := chosen.Status.Phases[0].Steps
	if s := steps[0]; s.State != v1alpha1.Skipped || s.Message != "when is false: params.extra" || s.Tasks[0].State != v1alpha1.Skipped || s.Attempts != 0 {
		t.Errorf("step extra is %s: %q, after %d attempts", s.State, s.Message, s.Attempts)
	}
	if steps[1].State != v1alpha1.Succeeded || k.configMap("a-note") == nil {
		t.Errorf("step note is %s", steps[1].State)
	}
	if k.configMap("a-config") == nil {
		t.Error("what a skipped step would have applied was deleted")
	}

	none := k.execution("a", "choose", `{"order": "0"}`)
	k.reaches(none, v1alpha1.Succeeded)
	if got := none.Status.Phases[0].State; got != v1alpha1.Skipped {
		t.Errorf("a phase of skipped steps is %s", got)
	}

	wrong := k.execution("a", "choose", `{"order": "many"}`)
	k.reaches(wrong, v1alpha1.Failed)
	if s := wrong.Status.Phases[0].Steps[1]; s.State != v1alpha1.Failed || !strings.Contains(s.Message, "when: ") || s.Attempts != 0 {
		t.Errorf("a condition that cannot be evaluated: step note is %s: %q, after %d attempts", s.State, s.Message, s.Attempts)
	}
}

func TestAnObjectIsWaitedForUntilTheFrameworkCallsItReady(t *testing.T) {
	k := connect(t)
	k.start(nil)
	inst := k.instance("a", "")
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	e := k.execution("a", "open", "")
	says := func(what string) {
		t.Helper()
		k.eventually("the step says: "+what, func(ctx context.Context) error {
			if err := k.c.Get(ctx, client.ObjectKeyFromObject(e), e); err != nil {
				return err
			}
			if !strings.Contains(e.Status.Message, what) {
				return errors.New(e.Status.Message)
			}
			return nil
		})
	}
	gate := "waiting for ConfigMap/" + k.namespace + "/a-gate: "
	says(gate + "ready cannot be told: object.data.open == plan.params.word: no such key: open")
	k.set("a-gate", "open", "barley")
	says(gate + "ready is false: object.data.open == plan.params.word")
	k.set("a-gate", "open", "sesame")
	k.reaches(e, v1alpha1.Succeeded)
}

// set changes a field of a ConfigMap, as another program would.
func (k *cluster) set(name, field, value string) {
	k.t.Helper()
	cm := k.configMap(name)
	before := cm.DeepCopy()
	cm.Data[field] = value
	if err := k.c.Patch(k.t.Context(), cm, client.MergeFrom(before)); err != nil {
		k.t.Fatal(err)
	}
}
