package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

func TestAnInstanceIsDeployed(t *testing.T) {
	k := connect(t)
	k.start(nil)
	inst := k.instance("a", `{"replicas": 3, "greeting": "good day"}`)
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)

	var sts appsv1.StatefulSet
	if err := k.c.Get(t.Context(), client.ObjectKey{Namespace: k.namespace, Name: "a"}, &sts); err != nil {
		t.Fatal(err)
	}
	if sts.Status.ReadyReplicas != 3 {
		t.Errorf("%d of 3 replicas are ready", sts.Status.ReadyReplicas)
	}
	if o := metav1.GetControllerOf(&sts); o == nil || o.UID != inst.UID {
		t.Errorf("the owner is %v, not the instance", o)
	}
	if got := k.configMap("a-config").Data["greeting"]; got != "good day" {
		t.Errorf("greeting is %q", got)
	}
	if inst.Generation != 1 {
		t.Error("the controller has written the spec")
	}
	if diff := cmp.Diff([]string{"deploy:Succeeded"}, k.plans("a")); diff != "" {
		t.Errorf("executions (-want +got):\n%s", diff)
	}
	var jobs batchv1.JobList
	if err := k.c.List(t.Context(), &jobs, client.InNamespace(k.namespace)); err != nil {
		t.Fatal(err)
	}
	if len(jobs.Items) != 0 {
		t.Errorf("%d Jobs were left after success", len(jobs.Items))
	}
	var kinds []string
	for _, it := range inst.Status.Inventory {
		kinds = append(kinds, it.Kind+"/"+it.Name)
		if it.UID == "" {
			t.Errorf("%s/%s is in the inventory without a UID", it.Kind, it.Name)
		}
	}
	if diff := cmp.Diff([]string{"ConfigMap/a-config", "StatefulSet/a"}, kinds); diff != "" {
		t.Errorf("inventory (-want +got):\n%s", diff)
	}
}

func TestAChangedParameterRunsThePlanThatItNames(t *testing.T) {
	k := connect(t)
	k.start(nil)
	inst := k.instance("a", "")
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	k.change(inst, `{"replicas": 2}`)
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	k.change(inst, `{"greeting": "bye"}`)
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	k.change(inst, `{"greeting": "again", "replicas": 3}`)
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	want := []string{"deploy:Succeeded", "scale:Succeeded", "scale:Succeeded", "update:Succeeded", "update:Succeeded"}
	if diff := cmp.Diff(want, k.plans("a")); diff != "" {
		t.Errorf("executions, by name (-want +got):\n%s", diff)
	}
	if got := k.configMap("a-config").Data["greeting"]; got != "again" {
		t.Errorf("greeting is %q", got)
	}
}

func TestWhatTheSpecNoLongerContainsIsPruned(t *testing.T) {
	k := connect(t)
	k.start(nil)
	inst := k.instance("a", `{"extra": true}`)
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	if k.configMap("a-extra") == nil {
		t.Fatal("a-extra was not made")
	}
	k.change(inst, `{"extra": false}`)
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	if k.configMap("a-extra") != nil {
		t.Error("a-extra is still there")
	}
	if k.configMap("a-config") == nil {
		t.Error("a-config is gone, though the spec contains it")
	}
	for _, it := range inst.Status.Inventory {
		if it.Name == "a-extra" {
			t.Error("a-extra is still in the inventory")
		}
	}
}

func TestAPersonRunsAPlan(t *testing.T) {
	k := connect(t)
	k.start(nil)
	early := k.execution("a", "note", `{"text": "early"}`)
	k.eventually("the execution says that there is no instance", func(ctx context.Context) error {
		if err := k.c.Get(ctx, client.ObjectKeyFromObject(early), early); err != nil {
			return err
		}
		if early.Status.Reason != v1alpha1.ReasonInstanceNotFound {
			return errors.New(early.Status.Reason)
		}
		return nil
	})
	inst := k.instance("a", "")
	k.reaches(early, v1alpha1.Succeeded)
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	if got := k.configMap("a-note").Data["text"]; got != "early" {
		t.Errorf("the note says %q", got)
	}
	k.reaches(k.execution("a", "wipe", ""), v1alpha1.Succeeded)
	if k.configMap("a-note") != nil {
		t.Error("the note is still there")
	}
	k.reaches(k.execution("a", "note", ""), v1alpha1.Succeeded)
	if got := k.configMap("a-note").Data["text"]; got != "nothing" {
		t.Errorf("the note says %q, not the default", got)
	}
	bad := k.execution("a", "notes", "")
	k.reaches(bad, v1alpha1.Failed)
	if bad.Status.Reason != v1alpha1.ReasonPlanNotFound {
		t.Errorf("reason %s: %s", bad.Status.Reason, bad.Status.Message)
	}
	bad = k.execution("a", "note", `{"txt": "x"}`)
	k.reaches(bad, v1alpha1.Failed)
	if !strings.Contains(bad.Status.Message, "txt") {
		t.Errorf("the message does not name the parameter: %s", bad.Status.Message)
	}
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
}

func TestAnUnhealthyWorkloadIsNamed(t *testing.T) {
	k := connect(t)
	k.start(nil)
	inst := k.instance("a", `{"unready": true, "replicas": 2}`)
	var e v1alpha1.PlanExecution
	want := "waiting for StatefulSet/" + k.namespace + "/a: 0 of 2 replicas ready"
	k.eventually("the execution says what it waits for", func(ctx context.Context) error {
		if err := k.c.Get(ctx, client.ObjectKey{Namespace: k.namespace, Name: "a-deploy-1"}, &e); err != nil {
			return err
		}
		if !strings.Contains(e.Status.Message, want) {
			return fmt.Errorf("it says %q", e.Status.Message)
		}
		return nil
	})
	second := k.execution("a", "wipe", "")
	k.eventually("another execution waits for its turn", func(ctx context.Context) error {
		if err := k.c.Get(ctx, client.ObjectKeyFromObject(second), second); err != nil {
			return err
		}
		if second.Status.State != v1alpha1.Pending || second.Status.Message == "" {
			return fmt.Errorf("%s %s", second.Status.State, second.Status.Message)
		}
		return nil
	})
	e.Spec.Cancel = true
	if err := k.c.Patch(t.Context(), &e, client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"cancel":true}}`))); err != nil {
		t.Fatal(err)
	}
	k.reaches(&e, v1alpha1.Cancelled)
	k.settled(inst, metav1.ConditionFalse, v1alpha1.ReasonPlanCancelled)
	k.change(inst, `{"unready": false, "replicas": 2}`)
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	k.reaches(second, v1alpha1.Succeeded)
}

func TestAFailedJobFailsItsStepAndARetryGoesOnFromThere(t *testing.T) {
	k := connect(t)
	k.start(nil)
	inst := k.instance("a", `{"breakJob": true}`)
	c := k.settled(inst, metav1.ConditionFalse, v1alpha1.ReasonPlanFailed)
	if !strings.Contains(c.Message, "init/init: Job/"+k.namespace+"/a-init-") {
		t.Errorf("the message does not name the Job: %s", c.Message)
	}
	var e v1alpha1.PlanExecution
	if err := k.c.Get(t.Context(), client.ObjectKey{Namespace: k.namespace, Name: "a-deploy-1"}, &e); err != nil {
		t.Fatal(err)
	}
	if err := k.c.Patch(t.Context(), &e, client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"retry":1}}`))); err != nil {
		t.Fatal(err)
	}
	k.eventually("the step has a second attempt that failed", func(ctx context.Context) error {
		if err := k.c.Get(ctx, client.ObjectKeyFromObject(&e), &e); err != nil {
			return err
		}
		if s := e.Status.Phases[1].Steps[0]; s.Attempts != 2 || s.State != v1alpha1.Failed {
			return fmt.Errorf("attempt %d is %s", s.Attempts, s.State)
		}
		return nil
	})
	var jobs batchv1.JobList
	if err := k.c.List(t.Context(), &jobs, client.InNamespace(k.namespace)); err != nil {
		t.Fatal(err)
	}
	if len(jobs.Items) != 2 {
		t.Errorf("%d failed Jobs were kept, of 2", len(jobs.Items))
	}
	k.change(inst, `{"breakJob": false}`)
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
}

func TestBadParametersAreRefusedAndNothingRuns(t *testing.T) {
	k := connect(t)
	k.start(nil)
	inst := k.instance("a", `{"replicas": 20, "greting": "x"}`)
	c := k.settled(inst, metav1.ConditionFalse, v1alpha1.ReasonInvalidParameters)
	for _, want := range []string{"replicas", "greting", `"greeting"`} {
		if !strings.Contains(c.Message, want) {
			t.Errorf("the message does not say %s: %s", want, c.Message)
		}
	}
	if plans := k.plans("a"); len(plans) != 0 {
		t.Errorf("executions were made: %v", plans)
	}
	k.change(inst, `{"replicas": 2, "greting": null}`)
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	k.change(inst, `{"size": 2}`)
	c = k.settled(inst, metav1.ConditionFalse, v1alpha1.ReasonImmutableParameter)
	if want := `parameter "size" is immutable: 1 cannot become 2`; c.Message != want {
		t.Errorf("got %q, want %q", c.Message, want)
	}
	k.change(inst, `{"size": null}`)
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
}

func TestAMissingFrameworkVersionIsNamed(t *testing.T) {
	k := connect(t)
	k.start(nil)
	inst := k.instanceOf("shop-9.9.9", "a", "")
	c := k.settled(inst, metav1.ConditionFalse, v1alpha1.ReasonFrameworkVersionNotFound)
	if !strings.Contains(c.Message, "shop-9.9.9") {
		t.Errorf("the message does not name the version: %s", c.Message)
	}
}

func TestWhatTheAPIServerRefusesFailsTheStepWithItsReason(t *testing.T) {
	k := connect(t)
	k.start(nil)
	inst := k.instanceOf("odd-1.0.0", "a", `{"name": "Not Fine"}`)
	c := k.settled(inst, metav1.ConditionFalse, v1alpha1.ReasonPlanFailed)
	if !strings.Contains(c.Message, "ConfigMap/"+k.namespace+"/Not Fine") || !strings.Contains(c.Message, "Invalid value") {
		t.Errorf("the message does not say what was refused and why: %s", c.Message)
	}
	k.change(inst, `{"name": "fine"}`)
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	if k.configMap("fine") == nil {
		t.Error("the corrected object was not made")
	}
	e := k.execution("a", "unknown", "")
	k.reaches(e, v1alpha1.Failed)
	if !strings.Contains(e.Status.Message, "Thing") {
		t.Errorf("the message does not name the kind: %s", e.Status.Message)
	}
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
}

func TestAnObjectOfAnotherOwnerIsNotTouched(t *testing.T) {
	k := connect(t)
	k.start(nil)
	foreign := &corev1.ConfigMap{Data: map[string]string{"mine": "yes"}}
	foreign.Namespace, foreign.Name = k.namespace, "a-config"
	if err := k.c.Create(t.Context(), foreign); err != nil {
		t.Fatal(err)
	}
	inst := k.instance("a", "")
	c := k.settled(inst, metav1.ConditionFalse, v1alpha1.ReasonPlanFailed)
	if !strings.Contains(c.Message, "ConfigMap/"+k.namespace+"/a-config") {
		t.Errorf("the message does not name the object: %s", c.Message)
	}
	if diff := cmp.Diff(map[string]string{"mine": "yes"}, k.configMap("a-config").Data); diff != "" {
		t.Errorf("the object changed (-want +got):\n%s", diff)
	}
	if err := k.c.Delete(t.Context(), inst); err != nil {
		t.Fatal(err)
	}
	k.gone(inst)
	if k.configMap("a-config") == nil {
		t.Error("the object was deleted with the instance")
	}
}

func TestAnObjectIsTakenOverWhenItIsHandedOver(t *testing.T) {
	k := connect(t)
	k.start(nil)
	foreign := &corev1.ConfigMap{Data: map[string]string{"greeting": "mine", "other": "kept"}}
	foreign.Namespace, foreign.Name = k.namespace, "a-config"
	if err := k.c.Create(t.Context(), foreign); err != nil {
		t.Fatal(err)
	}
	inst := k.instance("a", "")
	c := k.settled(inst, metav1.ConditionFalse, v1alpha1.ReasonPlanFailed)
	if want := "hand it over with the annotation kudoc.dev/adopt: a"; !strings.Contains(c.Message, want) {
		t.Errorf("the message does not say %q: %s", want, c.Message)
	}
	k.merge(foreign, `{"metadata":{"annotations":{"kudoc.dev/adopt":"a"}}}`)
	e := &v1alpha1.PlanExecution{}
	e.Namespace, e.Name = k.namespace, "a-deploy-1"
	k.merge(e, `{"spec":{"retry":1}}`)
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	cm := k.configMap("a-config")
	if diff := cmp.Diff(map[string]string{"greeting": "hello", "other": "kept"}, cm.Data); diff != "" || cm.UID != foreign.UID {
		t.Errorf("what was taken over (-want +got):\n%s", diff)
	}
	if err := k.c.Delete(t.Context(), inst); err != nil {
		t.Fatal(err)
	}
	k.gone(inst)
	if k.configMap("a-config") != nil {
		t.Error("what was taken over outlived its instance")
	}
}

func TestDeletionTakesTheObjectsAlongUnlessTheyAreOrphaned(t *testing.T) {
	k := connect(t)
	k.start(nil)
	inst, orphan := k.instance("a", ""), k.instance("b", "")
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	k.settled(orphan, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	patch := client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"deletionPolicy":"Orphan"}}`))
	if err := k.c.Patch(t.Context(), orphan, patch); err != nil {
		t.Fatal(err)
	}
	for _, o := range []client.Object{inst, orphan} {
		if err := k.c.Delete(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		k.gone(o)
	}
	if k.configMap("a-config") != nil {
		t.Error("a-config outlived its instance")
	}
	cm := k.configMap("b-config")
	if cm == nil || len(cm.OwnerReferences) != 0 {
		t.Errorf("b-config was not let go: %v", cm)
	}
}

func TestDeletionRunsTheCleanupPlanAndAFailedOneHasAWayOut(t *testing.T) {
	k := connect(t)
	k.start(nil)
	good, bad := k.instanceOf("tidy-1.0.0", "a", ""), k.instanceOf("tidy-1.0.0", "b", `{"breakJob": true}`)
	k.settled(good, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	k.settled(bad, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	byHand := k.execution("a", "cleanup", "")
	k.eventually("cleanup by hand waits", func(ctx context.Context) error {
		if err := k.c.Get(ctx, client.ObjectKeyFromObject(byHand), byHand); err != nil {
			return err
		}
		if byHand.Status.Reason != v1alpha1.ReasonDeleting {
			return errors.New(byHand.Status.Reason)
		}
		return nil
	})
	for _, o := range []client.Object{good, bad} {
		if err := k.c.Delete(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	k.gone(good)
	c := k.settled(bad, metav1.ConditionFalse, v1alpha1.ReasonPlanFailed)
	if !strings.Contains(c.Message, "raise spec.retry of execution b-cleanup-1, or cancel it") {
		t.Errorf("the message names no way out: %s", c.Message)
	}
	if k.configMap("b-config") == nil {
		t.Error("b-config was deleted although the cleanup failed")
	}
	e := &v1alpha1.PlanExecution{}
	e.Namespace, e.Name = k.namespace, "b-cleanup-1"
	if err := k.c.Patch(t.Context(), e, client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"cancel":true}}`))); err != nil {
		t.Fatal(err)
	}
	k.gone(bad)
	if k.configMap("b-config") != nil {
		t.Error("b-config outlived its instance")
	}
}

func TestTheAPIServerRefusesWhatCannotBeMeant(t *testing.T) {
	k := connect(t)
	merge := func(o client.Object, patch string) error {
		return k.c.Patch(t.Context(), o, client.RawPatch("application/merge-patch+json", []byte(patch)))
	}
	version := &v1alpha1.FrameworkVersion{}
	version.Name = "shop-1.0.0"
	e := k.execution("nobody", "deploy", `{"a": 1}`)
	cancelled := k.execution("nobody", "deploy", "")
	if err := merge(cancelled, `{"spec":{"cancel":true,"retry":2}}`); err != nil {
		t.Fatal(err)
	}
	badName := &v1alpha1.Instance{Spec: v1alpha1.InstanceSpec{FrameworkVersion: "shop-1.0.0"}}
	badName.Namespace, badName.Name = k.namespace, "1.a"
	for want, err := range map[string]error{
		"a FrameworkVersion never changes":                merge(version, `{"spec":{"appVersion":"2"}}`),
		"parameters of an execution never change":         merge(e, `{"spec":{"parameters":{"a":2}}}`),
		"instance, plan and parameters of an execution":   merge(e, `{"spec":{"plan":"wipe"}}`),
		"a cancelled execution stays cancelled":           merge(cancelled, `{"spec":{"cancel":false}}`),
		"retry can only be raised":                        merge(cancelled, `{"spec":{"retry":1}}`),
		"the name must be a DNS label of at most 40":      k.c.Create(t.Context(), badName),
		`spec.deletionPolicy: Unsupported value: "Maybe"`: merge(k.instance("a", ""), `{"spec":{"deletionPolicy":"Maybe"}}`),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}
