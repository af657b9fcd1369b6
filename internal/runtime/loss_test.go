package runtime_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// What a running plan stands on is taken away under it.

// gated makes an Instance whose deploy waits until somebody opens its gate, of a version of its own.
func (k *cluster) gated(account string) (*v1alpha1.FrameworkVersion, *v1alpha1.Instance) {
	k.t.Helper()
	v := k.gatedVersion()
	if err := k.c.Create(k.t.Context(), v.DeepCopy()); err != nil {
		k.t.Fatal(err)
	}
	k.t.Cleanup(func() {
		if err := k.c.Delete(context.Background(), v.DeepCopy()); client.IgnoreNotFound(err) != nil {
			k.t.Log(err)
		}
	})
	inst := &v1alpha1.Instance{Spec: v1alpha1.InstanceSpec{FrameworkVersion: v.Name, ServiceAccountName: account}}
	inst.Namespace, inst.Name = k.namespace, "a"
	if err := k.c.Create(k.t.Context(), inst); err != nil {
		k.t.Fatal(err)
	}
	return v, inst
}

func (k *cluster) gatedVersion() *v1alpha1.FrameworkVersion {
	k.t.Helper()
	data, err := os.ReadFile("testdata/gated.yaml")
	if err != nil {
		k.t.Fatal(err)
	}
	v := &v1alpha1.FrameworkVersion{}
	if err := yaml.UnmarshalStrict(data, v); err != nil {
		k.t.Fatal(err)
	}
	v.Spec.Framework = "gated-" + k.namespace
	v.Name = v.Spec.Framework + "-" + v.Spec.Version
	return v
}

// waits waits until the deploy says a reason and something.
func (k *cluster) waits(reason, message string) *v1alpha1.PlanExecution {
	k.t.Helper()
	e := &v1alpha1.PlanExecution{}
	k.eventually("the deploy says "+reason, func(ctx context.Context) error {
		if err := k.c.Get(ctx, client.ObjectKey{Namespace: k.namespace, Name: "a-deploy-1"}, e); err != nil {
			return err
		}
		if e.Status.Reason != reason || !strings.Contains(e.Status.Message, message) {
			return fmt.Errorf("it is %s: %s: %s", e.Status.State, e.Status.Reason, e.Status.Message)
		}
		return nil
	})
	return e
}

func (k *cluster) merge(o client.Object, patch string) {
	k.t.Helper()
	if err := k.c.Patch(k.t.Context(), o, client.RawPatch("application/merge-patch+json", []byte(patch))); err != nil {
		k.t.Fatal(err)
	}
}

// openGate lets the deploy go on.
func (k *cluster) openGate() {
	k.t.Helper()
	k.merge(k.configMap("a-gate"), `{"data":{"open":"yes"}}`)
}

func TestAPlanWhoseFrameworkVersionIsDeletedWaitsForItOrIsCancelled(t *testing.T) {
	k := connect(t)
	k.start(nil)
	v, inst := k.gated("")
	k.waits(v1alpha1.ReasonRunning, "a-gate")
	if err := k.c.Delete(t.Context(), v.DeepCopy()); err != nil {
		t.Fatal(err)
	}
	k.waits(v1alpha1.ReasonFrameworkVersionNotFound, fmt.Sprintf("there is no FrameworkVersion %q", v.Name))
	k.settled(inst, metav1.ConditionFalse, v1alpha1.ReasonFrameworkVersionNotFound)

	// the same version again: the plan goes on
	if err := k.c.Create(t.Context(), v.DeepCopy()); err != nil {
		t.Fatal(err)
	}
	k.waits(v1alpha1.ReasonRunning, "a-gate")
	k.openGate()
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	if jobs := k.jobsMade("a-"); jobs != 1 {
		t.Errorf("%d Jobs were made, want 1", jobs)
	}

	// once it is in force, the Instance can go without its version
	if err := k.c.Delete(t.Context(), v.DeepCopy()); err != nil {
		t.Fatal(err)
	}
	if err := k.c.Delete(t.Context(), inst); err != nil {
		t.Fatal(err)
	}
	k.gone(inst)
	if k.configMap("a-gate") != nil {
		t.Error("a-gate outlived its instance")
	}
}

func TestAnInstanceWhoseFrameworkVersionIsDeletedUnderAPlanCanBeCancelledAndDeleted(t *testing.T) {
	k := connect(t)
	k.start(nil)
	v, inst := k.gated("")
	k.waits(v1alpha1.ReasonRunning, "a-gate")
	if err := k.c.Delete(t.Context(), v.DeepCopy()); err != nil {
		t.Fatal(err)
	}
	e := k.waits(v1alpha1.ReasonFrameworkVersionNotFound, v.Name)
	k.merge(e, `{"spec":{"cancel":true}}`)
	k.reaches(e, v1alpha1.Cancelled)
	if want := fmt.Sprintf("cancelled; there is no FrameworkVersion %q", v.Name); e.Status.Message != want {
		t.Errorf("got %q, want %q", e.Status.Message, want)
	}
	if err := k.c.Delete(t.Context(), inst); err != nil {
		t.Fatal(err)
	}
	k.gone(inst)
	if k.configMap("a-gate") != nil {
		t.Error("a-gate outlived its instance")
	}
}

func TestADeletedNamespaceIsNotHeldUp(t *testing.T) {
	k := connect(t)
	k.start(nil)
	inst := k.instanceOf("tidy-1.0.0", "a", "")
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	ns := &corev1.Namespace{}
	ns.Name = k.namespace
	if err := k.c.Delete(t.Context(), ns); err != nil {
		t.Fatal(err)
	}
	k.gone(inst)
}

func TestANamespaceThatIsDeletedUnderAPlanGoes(t *testing.T) {
	k := connect(t)
	k.start(nil)
	_, inst := k.gated("")
	k.waits(v1alpha1.ReasonRunning, "a-gate")
	ns := &corev1.Namespace{}
	ns.Name = k.namespace
	if err := k.c.Delete(t.Context(), ns); err != nil {
		t.Fatal(err)
	}
	k.gone(inst)
	k.gone(ns)
}

// tenant makes a service account that may do what a gated framework does.
func (k *cluster) tenant() (account, binding client.Object) {
	k.t.Helper()
	at := metav1.ObjectMeta{Namespace: k.namespace, Name: "tenant"}
	verbs := []string{"get", "list", "create", "patch", "delete"}
	bound := &rbacv1.RoleBinding{
		ObjectMeta: at, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "tenant"},
		Subjects: []rbacv1.Subject{{Kind: "ServiceAccount", Name: "tenant", Namespace: k.namespace}},
	}
	role := &rbacv1.Role{ObjectMeta: at, Rules: []rbacv1.PolicyRule{
		{APIGroups: []string{""}, Resources: []string{"configmaps", "pods"}, Verbs: verbs},
		{APIGroups: []string{"batch"}, Resources: []string{"jobs"}, Verbs: verbs},
	}}
	account = &corev1.ServiceAccount{ObjectMeta: at}
	for _, o := range []client.Object{account, role, bound} {
		if err := k.c.Create(k.t.Context(), o); err != nil {
			k.t.Fatal(err)
		}
	}
	return account, bound
}

func TestAPlanWhoseServiceAccountIsDeletedFailsAndGoesOnWhenItIsBack(t *testing.T) {
	k := connect(t)
	account, binding := k.tenant()
	k.start(nil)
	_, inst := k.gated("tenant")
	k.waits(v1alpha1.ReasonRunning, "a-gate")
	for _, o := range []client.Object{account, binding} {
		if err := k.c.Delete(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	c := k.settled(inst, metav1.ConditionFalse, v1alpha1.ReasonPlanFailed)
	for _, want := range []string{"a-gate", `User "system:serviceaccount:` + k.namespace + `:tenant" cannot get`, "bind the service account to a role that allows it"} {
		if !strings.Contains(c.Message, want) {
			t.Errorf("the message does not say %q: %s", want, c.Message)
		}
	}
	for _, o := range []client.Object{account, binding} {
		o.SetResourceVersion("")
		o.SetUID("")
		if err := k.c.Create(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	k.openGate()
	e := &v1alpha1.PlanExecution{}
	e.Namespace, e.Name = k.namespace, "a-deploy-1"
	k.merge(e, `{"spec":{"retry":1}}`)
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	if jobs := k.jobsMade("a-"); jobs != 1 {
		t.Errorf("%d Jobs were made, want 1", jobs)
	}
}

func TestADeletedInstanceWhoseServiceAccountIsGoneSaysWhatItWaitsFor(t *testing.T) {
	k := connect(t)
	account, binding := k.tenant()
	k.start(nil)
	_, inst := k.gated("tenant")
	k.waits(v1alpha1.ReasonRunning, "a-gate")
	for _, o := range []client.Object{account, binding, inst} {
		if err := k.c.Delete(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	var c metav1.Condition
	k.eventually("the Instance says what it may not do", func(context.Context) error {
		c = k.settled(inst, metav1.ConditionFalse, v1alpha1.ReasonDeleting)
		if want := `User "system:serviceaccount:` + k.namespace + `:tenant" cannot`; !strings.Contains(c.Message, want) {
			return fmt.Errorf("it says %q", c.Message)
		}
		return nil
	})
	if !strings.Contains(c.Message, "or name another one in spec.serviceAccountName") {
		t.Errorf("the message names no way out: %s", c.Message)
	}
	k.merge(inst, `{"spec":{"serviceAccountName":null}}`)
	k.gone(inst)
	if k.configMap("a-gate") != nil {
		t.Error("a-gate outlived its instance")
	}
}
