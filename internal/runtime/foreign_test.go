package runtime_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

func TestAWaitTaskWaitsForWhatOthersMake(t *testing.T) {
	k := connect(t)
	k.start(nil)
	inst := k.instanceOf("foreign-1.0.0", "a", "")
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	e := k.execution("a", "wait", "")
	k.waitsFor(e, "p/s: waiting for Secret/"+k.namespace+"/a-key, which is not there")

	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: k.namespace, Name: "a-key"}, StringData: map[string]string{"other": "x"}}
	if err := k.c.Create(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	k.waitsFor(e, `ready is false: "key" in object.data`)
	secret.StringData = map[string]string{"key": "x"}
	if err := k.c.Update(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	k.reaches(e, v1alpha1.Succeeded)
	if len(e.OwnerReferences) != 1 || e.OwnerReferences[0].UID != inst.UID {
		t.Errorf("the execution does not go with its instance: %v", e.OwnerReferences)
	}
	if err := k.c.Get(t.Context(), client.ObjectKeyFromObject(secret), secret); err != nil || len(secret.Labels) > 0 {
		t.Errorf("what was waited for has labels: %v, %v", secret.Labels, err)
	}
}

func TestAnExecutionThatWasCancelledGoesOnWhenItIsRetried(t *testing.T) {
	k := connect(t)
	k.start(nil)
	k.settled(k.instanceOf("foreign-1.0.0", "a", ""), metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	e := k.execution("a", "wait", "")
	k.waitsFor(e, "which is not there")
	k.merge(e, `{"spec":{"cancel":true}}`)
	k.reaches(e, v1alpha1.Cancelled)

	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: k.namespace, Name: "a-key"}, StringData: map[string]string{"key": "x"}}
	if err := k.c.Create(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	k.merge(e, `{"spec":{"cancel":false,"retry":1}}`)
	k.reaches(e, v1alpha1.Succeeded)
}

func TestAPatchTaskSetsFieldsOfWhatOthersMake(t *testing.T) {
	k := connect(t)
	k.start(nil)
	a, b := k.instanceOf("foreign-1.0.0", "a", ""), k.instanceOf("foreign-1.0.0", "b", `{"tier": "large"}`)
	k.settled(a, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	k.settled(b, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	e := k.execution("a", "patch", "")
	k.waitsFor(e, "waiting for ConfigMap/"+k.namespace+"/shared, which is not there")

	shared := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: k.namespace, Name: "shared"}, Data: map[string]string{"own": "x"}}
	if err := k.c.Create(t.Context(), shared); err != nil {
		t.Fatal(err)
	}
	k.reaches(e, v1alpha1.Succeeded)
	if diff := cmp.Diff(map[string]string{"own": "x", "tier": "small"}, k.configMap("shared").Data); diff != "" {
		t.Errorf("the patched data (-want +got):\n%s", diff)
	}
	for _, it := range a.Status.Inventory {
		if it.Name == "shared" {
			t.Error("what is of others is in the inventory")
		}
	}
	other := k.execution("b", "patch", "")
	k.reaches(other, v1alpha1.Failed)
	if want := `conflict with "kudoc-a-`; !strings.Contains(other.Status.Message, want) {
		t.Errorf("another instance that sets the same field does not say %s: %s", want, other.Status.Message)
	}
	k.change(a, `{"tier": "large"}`)
	k.settled(a, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	k.reaches(k.execution("a", "patch", ""), v1alpha1.Succeeded)
	k.reaches(k.execution("b", "patch", ""), v1alpha1.Succeeded) // both want the same now
}

func TestAChildInstanceIsWaitedForAndGoesWithItsParent(t *testing.T) {
	k := connect(t)
	k.start(nil)
	inst := k.instanceOf("foreign-1.0.0", "a", "")
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	k.reaches(k.execution("a", "child", ""), v1alpha1.Succeeded)
	child := &v1alpha1.Instance{ObjectMeta: metav1.ObjectMeta{Namespace: k.namespace, Name: "a-child"}}
	if err := k.c.Get(t.Context(), client.ObjectKeyFromObject(child), child); err != nil {
		t.Fatal(err)
	}
	if child.Status.LastApplied == nil {
		t.Error("the plan succeeded before the child was deployed")
	}
	if err := k.c.Delete(t.Context(), inst); err != nil {
		t.Fatal(err)
	}
	k.gone(child)
	k.gone(inst)
}

func TestAYieldedFieldIsLeftToWhoeverSetsIt(t *testing.T) {
	k := connect(t)
	k.start(nil)
	inst := k.instanceOf("foreign-1.0.0", "a", "")
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	set := k.statefulSet("a")
	if *set.Spec.Replicas != 1 {
		t.Errorf("%d replicas were made", *set.Spec.Replicas)
	}
	set.Spec.Replicas = new(int32(4))
	if err := k.c.Update(t.Context(), set, client.FieldOwner("autoscaler")); err != nil {
		t.Fatal(err)
	}
	k.change(inst, `{"size": 2}`)
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	if got := *k.statefulSet("a").Spec.Replicas; got != 4 {
		t.Errorf("the autoscaler's replicas became %d", got)
	}
	set = k.statefulSet("a")
	set.Spec.Replicas = new(int32(5))
	if err := k.c.Update(t.Context(), set, client.FieldOwner("autoscaler")); err != nil {
		t.Fatal(err)
	}
	k.reaches(k.execution("a", "deploy", ""), v1alpha1.Succeeded) // by when the controller has seen it
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
}

func TestAnObjectIsMadeAnewWhereTheFrameworkWantsThat(t *testing.T) {
	k := connect(t)
	k.start(nil)
	inst := k.instanceOf("foreign-1.0.0", "a", "")
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	before := k.statefulSet("a").UID
	k.change(inst, `{"tier": "large"}`)
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	if after := k.statefulSet("a"); after.UID == before || after.Spec.ServiceName != "large" {
		t.Errorf("the StatefulSet is the one from before: %t; its service is %s", after.UID == before, after.Spec.ServiceName)
	}
}

func TestAPlanStartsOverWhenTheSpecChangesUnderIt(t *testing.T) {
	k := connect(t)
	k.start(nil)
	inst := k.instanceOf("foreign-1.0.0", "a", `{"open": false}`)
	k.eventually("the plan waits at its gate", func(context.Context) error {
		if k.configMap("a-gate") == nil {
			return errors.New("there is no gate")
		}
		return nil
	})
	k.change(inst, `{"tier": "large", "open": true}`)
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	if diff := cmp.Diff([]string{"deploy:Cancelled", "deploy:Succeeded"}, k.plans("a")); diff != "" {
		t.Errorf("executions (-want +got):\n%s", diff)
	}
	if got := k.configMap("a-gate").Data["tier"]; got != "large" {
		t.Errorf("the tier is %q", got)
	}
}

func TestWhatOthersChangeIsRepairedWhereThePolicySaysSo(t *testing.T) {
	k := connect(t)
	k.start(nil)
	inst := &v1alpha1.Instance{Spec: v1alpha1.InstanceSpec{FrameworkVersion: "shop-1.0.0", DriftPolicy: v1alpha1.DriftRepair}}
	inst.Namespace, inst.Name = k.namespace, "a"
	if err := k.c.Create(t.Context(), inst); err != nil {
		t.Fatal(err)
	}
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	config := k.configMap("a-config")
	config.Data["greeting"] = "changed"
	k.update(config, "somebody")
	k.eventually("the greeting is back", func(context.Context) error {
		if got := k.configMap("a-config").Data["greeting"]; got != "hello" {
			return errors.New(got)
		}
		return nil
	})
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)

	config = k.configMap("a-config")
	config.Data["greeting"] = "changed again"
	k.update(config, "somebody")
	k.says(inst, v1alpha1.ReasonDrifted, "somebody") // the second repair has its pause
	if diff := cmp.Diff([]string{"deploy:Succeeded", "deploy:Succeeded"}, k.plans("a")); diff != "" {
		t.Errorf("executions (-want +got):\n%s", diff)
	}
}

// waitsFor waits until an execution says what it waits for.
func (k *cluster) waitsFor(e *v1alpha1.PlanExecution, message string) {
	k.t.Helper()
	k.eventually("execution "+e.Name+" says "+message, func(ctx context.Context) error {
		if err := k.c.Get(ctx, client.ObjectKeyFromObject(e), e); err != nil {
			return err
		}
		if !strings.Contains(e.Status.Message, message) {
			return errors.New(e.Status.Message)
		}
		return nil
	})
}

// statefulSet reads a StatefulSet.
func (k *cluster) statefulSet(name string) *appsv1.StatefulSet {
	k.t.Helper()
	var set appsv1.StatefulSet
	if err := k.c.Get(k.t.Context(), client.ObjectKey{Namespace: k.namespace, Name: name}, &set); err != nil {
		k.t.Fatal(err)
	}
	return &set
}
