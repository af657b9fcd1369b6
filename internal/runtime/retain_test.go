package runtime_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

func TestWhatIsKeptWhenAnInstanceIsDeleted(t *testing.T) {
	k := connect(t)
	k.start(nil)
	instances := map[v1alpha1.DeletionPolicy]*v1alpha1.Instance{}
	for policy, name := range map[v1alpha1.DeletionPolicy]string{v1alpha1.DeletionDelete: "d", v1alpha1.DeletionRetain: "r", v1alpha1.DeletionOrphan: "o"} {
		instances[policy] = k.instanceOf("store-1.0.0", name, "")
	}
	for policy, inst := range instances {
		k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
		// the policy counts that holds when the instance is deleted
		patch := client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"deletionPolicy":"`+string(policy)+`"}}`))
		if err := k.c.Patch(t.Context(), inst, patch); err != nil {
			t.Fatal(err)
		}
		if err := k.c.Delete(t.Context(), inst); err != nil {
			t.Fatal(err)
		}
		k.gone(inst)
	}
	for policy, kept := range map[v1alpha1.DeletionPolicy]map[string]bool{
		v1alpha1.DeletionDelete: {"keep": true},
		v1alpha1.DeletionRetain: {"keep": true, "data": true, "generated": true},
		v1alpha1.DeletionOrphan: {"keep": true, "data": true, "generated": true, "config": true},
	} {
		name := instances[policy].Name
		for what, o := range map[string]client.Object{
			"keep": &corev1.ConfigMap{}, "config": &corev1.ConfigMap{}, "generated": &corev1.Secret{}, "data": &corev1.PersistentVolumeClaim{},
		} {
			o.SetNamespace(k.namespace)
			o.SetName(name + "-" + what)
			if !kept[what] {
				k.gone(o)
				continue
			}
			if err := k.c.Get(t.Context(), client.ObjectKeyFromObject(o), o); err != nil {
				t.Errorf("%s: %v", policy, err)
			} else if len(o.GetOwnerReferences()) > 0 || o.GetDeletionTimestamp() != nil {
				t.Errorf("%s: %s goes with its owners %v", policy, o.GetName(), o.GetOwnerReferences())
			}
		}
	}

	before := k.secret("r-generated").Data["password"]
	again := k.instanceOf("store-1.0.0", "r", "")
	k.settled(again, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	if got := k.secret("r-generated").Data["password"]; string(got) != string(before) {
		t.Error("an instance of the same name does not take over the password of what was kept")
	}
	var claim corev1.PersistentVolumeClaim
	if err := k.c.Get(t.Context(), client.ObjectKey{Namespace: k.namespace, Name: "r-data"}, &claim); err != nil {
		t.Fatal(err)
	}
	for _, o := range []client.Object{&claim, k.secret("r-generated")} {
		if owner := metav1.GetControllerOf(o); owner == nil || owner.UID != again.UID {
			t.Errorf("it does not take over %s: its owner is %v", o.GetName(), owner)
		}
	}
}

func TestAClaimThatIsKeptKeepsTheGeneratedSecret(t *testing.T) {
	k := connect(t)
	k.start(nil)
	inst := k.instanceOf("store-1.0.0", "a", `{"keepData": true}`)
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	if err := k.c.Delete(t.Context(), inst); err != nil {
		t.Fatal(err)
	}
	k.gone(inst)
	for name, o := range map[string]client.Object{"a-data": &corev1.PersistentVolumeClaim{}, "a-generated": &corev1.Secret{}} {
		if err := k.c.Get(t.Context(), client.ObjectKey{Namespace: k.namespace, Name: name}, o); err != nil || len(o.GetOwnerReferences()) > 0 {
			t.Errorf("%s: owners %v, %v", o.GetName(), o.GetOwnerReferences(), err)
		}
	}
}
