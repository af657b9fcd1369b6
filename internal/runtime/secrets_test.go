package runtime_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

func TestASecretIsGeneratedOnceAndStaysWhereItIs(t *testing.T) {
	k := connect(t)
	stop := k.start(nil)
	inst := k.instanceOf("vault-1.0.0", "v", "")
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	secret := k.secret("v-generated")
	first := string(secret.Data["password"])
	if len(first) != 24 || len(secret.Data["token"]) != 40 {
		t.Errorf("the secrets have %d and %d characters, want 24 and 40", len(first), len(secret.Data["token"]))
	}
	if got := k.configMap("v-config").Data["password"]; got != "v-generated/password" {
		t.Errorf("templates see %q", got)
	}

	stop()
	k.start(nil)
	k.change(inst, `{"note": "changed"}`)
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	if got := string(k.secret("v-generated").Data["password"]); got != first {
		t.Error("another controller generated another secret")
	}

	k.change(inst, `{"note": "changed", "password": {"name": "mine", "key": "p"}}`)
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	if got := k.configMap("v-config").Data["password"]; got != "mine/p" {
		t.Errorf("an Instance that refers to its own Secret gets %q", got)
	}
	k.nowhere(first)
}

func TestASecretThatIsThereIsTakenOver(t *testing.T) {
	k := connect(t)
	k.start(nil)
	restored := &corev1.Secret{Data: map[string][]byte{"password": []byte("from a backup")}}
	restored.Namespace, restored.Name = k.namespace, "v-generated"
	if err := k.c.Create(t.Context(), restored); err != nil {
		t.Fatal(err)
	}
	inst := k.instanceOf("vault-1.0.0", "v", "")
	k.says(inst, v1alpha1.ReasonSecretNotOurs, `Secret "v-generated" was not made by kudoc, and lacks token`)
	restored.Data["token"] = []byte("too")
	if err := k.c.Update(t.Context(), restored); err != nil {
		t.Fatal(err)
	}
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	if got := string(k.secret("v-generated").Data["password"]); got != "from a backup" {
		t.Error("the secret that was there was replaced")
	}
}

func (k *cluster) secret(name string) *corev1.Secret {
	k.t.Helper()
	s := &corev1.Secret{}
	if err := k.c.Get(k.t.Context(), client.ObjectKey{Namespace: k.namespace, Name: name}, s); err != nil {
		k.t.Fatal(err)
	}
	return s
}

// nowhere fails if a text is in anything of the namespace but in its Secrets.
func (k *cluster) nowhere(text string) {
	k.t.Helper()
	for _, list := range []client.ObjectList{&v1alpha1.InstanceList{}, &v1alpha1.PlanExecutionList{}, &corev1.ConfigMapList{}, &corev1.EventList{}, &eventsv1.EventList{}} {
		if err := k.c.List(k.t.Context(), list, client.InNamespace(k.namespace)); err != nil {
			k.t.Fatal(err)
		}
		b, err := json.Marshal(list)
		if err != nil {
			k.t.Fatal(err)
		}
		if strings.Contains(string(b), text) {
			k.t.Errorf("the secret is in %T", list)
		}
	}
}

func TestASecretIsRotatedByThePlanThatSaysSo(t *testing.T) {
	k := connect(t)
	stop := k.start(nil)
	inst := k.instanceOf("vault-1.0.0", "v", "")
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	before := k.secret("v-generated").Data
	e := k.execution("v", "rotate", "")
	k.waitsFor(e, "ConfigMap/"+k.namespace+"/go, which is not there")
	during := k.secret("v-generated").Data
	if string(during["password.previous"]) != string(before["password"]) || string(during["password"]) == string(before["password"]) {
		t.Error("while the plan runs, the Secret has not both values")
	}
	if string(during["token"]) != string(before["token"]) || during["token.previous"] != nil {
		t.Error("what the plan does not rotate has changed")
	}

	stop() // whoever goes on rotates nothing anew
	k.start(nil)
	k.merge(e, `{"spec":{"cancel":true}}`)
	k.reaches(e, v1alpha1.Cancelled)
	e = k.execution("v", "rotate", "")
	k.waitsFor(e, "which is not there")
	again := k.secret("v-generated").Data
	if string(again["password"]) != string(during["password"]) || string(again["password.previous"]) != string(before["password"]) {
		t.Error("after a run that did not succeed, another one made other values")
	}
	going := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: k.namespace, Name: "go"}}
	if err := k.c.Create(t.Context(), going); err != nil {
		t.Fatal(err)
	}
	k.reaches(e, v1alpha1.Succeeded)
	k.eventually("the value from before is gone", func(context.Context) error {
		if k.secret("v-generated").Data["password.previous"] != nil {
			return errors.New("it is there")
		}
		return nil
	})
	k.reaches(k.execution("v", "rotate", ""), v1alpha1.Succeeded)
	if got := k.secret("v-generated").Data["password"]; string(got) == string(again["password"]) {
		t.Error("after a run that succeeded, another one made no other value")
	}
	k.nowhere(string(again["password"]))
}
