package runtime_test

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

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
