package runtime_test

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

func TestWhatOthersChangeIsReported(t *testing.T) {
	k := connect(t)
	stop := k.start(nil)
	inst := k.instance("a", `{"extra": true}`)
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)

	config := k.configMap("a-config")
	config.Labels["team"] = "blue"
	k.update(config, "labeller")
	k.set("a-config", "more", "of one's own")
	k.quiet(inst)

	config = k.configMap("a-config")
	config.Data["greeting"] = "changed"
	k.update(config, "somebody")
	k.says(inst, v1alpha1.ReasonDrifted, "ConfigMap/"+k.namespace+"/a-config was changed by ")
	k.says(inst, v1alpha1.ReasonDrifted, "somebody (.data.greeting")
	if c := k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDrifted); c.Status != metav1.ConditionTrue {
		t.Errorf("what is in force is %s", c.Status)
	}

	if err := k.c.Delete(t.Context(), k.configMap("a-extra")); err != nil {
		t.Fatal(err)
	}
	k.says(inst, v1alpha1.ReasonDrifted, "ConfigMap/"+k.namespace+"/a-extra is gone")

	stop()
	k.start(nil)
	k.says(inst, v1alpha1.ReasonDrifted, "a-extra is gone")
	if err := k.c.Delete(t.Context(), k.configMap("a-config")); err != nil {
		t.Fatal(err)
	}
	k.reaches(k.execution("a", "deploy", ""), v1alpha1.Succeeded)
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	if got := k.configMap("a-config").Data["greeting"]; got != "hello" {
		t.Errorf("deploy brings back %q", got)
	}
}

// update writes an object as another manager.
func (k *cluster) update(o *corev1.ConfigMap, manager string) {
	k.t.Helper()
	if err := k.c.Update(k.t.Context(), o, client.FieldOwner(manager)); err != nil {
		k.t.Fatal(err)
	}
}

// quiet fails if an Instance is not as it was: what others add to objects is theirs.
func (k *cluster) quiet(inst *v1alpha1.Instance) {
	k.t.Helper()
	before := inst.ResourceVersion
	k.reaches(k.execution(inst.Name, "rerun", ""), v1alpha1.Succeeded) // by when the controller has seen it
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	if before == inst.ResourceVersion {
		k.t.Error("the controller has not looked")
	}
}

func TestAFieldOfAnotherManagerIsNotTaken(t *testing.T) {
	k := connect(t)
	k.start(nil)
	inst := k.instance("a", "")
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	config := k.configMap("a-config")
	config.Data["greeting"] = "changed"
	k.update(config, "somebody")

	e := k.execution("a", "deploy", "")
	k.reaches(e, v1alpha1.Failed)
	for _, want := range []string{"ConfigMap/" + k.namespace + "/a-config", `"somebody"`, ".data.greeting", "let that manager go of the field"} {
		if !strings.Contains(e.Status.Message, want) {
			t.Errorf("the message does not say %s: %s", want, e.Status.Message)
		}
	}
	if got := k.configMap("a-config").Data["greeting"]; got != "changed" {
		t.Errorf("the field was taken: it is %q", got)
	}
	k.says(inst, v1alpha1.ReasonDrifted, "change back what others have changed, then run plan deploy")
	config = k.configMap("a-config")
	config.Data["greeting"] = "hello"
	k.update(config, "somebody")
	k.reaches(k.execution("a", "deploy", ""), v1alpha1.Succeeded)
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
}
