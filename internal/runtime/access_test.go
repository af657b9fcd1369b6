package runtime_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

func TestAnInstanceCanDoNoMoreThanItsServiceAccount(t *testing.T) {
	k := connect(t)
	k.start(nil)
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: k.namespace, Name: "tenant"}}
	inst := &v1alpha1.Instance{Spec: v1alpha1.InstanceSpec{FrameworkVersion: "tidy-1.0.0", ServiceAccountName: "tenant"}}
	inst.Namespace, inst.Name = k.namespace, "a"
	for _, o := range []client.Object{account, inst} {
		if err := k.c.Create(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	k.says(inst, v1alpha1.ReasonPlanFailed, `ConfigMap/`+k.namespace+`/a-config: configmaps "a-config" is forbidden: User "system:serviceaccount:`+k.namespace+`:tenant" cannot get resource "configmaps" in API group "" in the namespace "`+k.namespace+`"`)

	role := &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Namespace: k.namespace, Name: "tenant"}, Rules: []rbacv1.PolicyRule{
		{APIGroups: []string{""}, Resources: []string{"configmaps"}, Verbs: []string{"get", "create", "patch", "delete"}},
	}}
	binding := &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Namespace: k.namespace, Name: "tenant"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "tenant"},
		Subjects:   []rbacv1.Subject{{Kind: "ServiceAccount", Name: "tenant", Namespace: k.namespace}},
	}
	for _, o := range []client.Object{role, binding} {
		if err := k.c.Create(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	e := &v1alpha1.PlanExecution{}
	if err := k.c.Get(t.Context(), client.ObjectKey{Namespace: k.namespace, Name: "a-deploy-1"}, e); err != nil {
		t.Fatal(err)
	}
	if err := k.c.Patch(t.Context(), e, client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"retry":1}}`))); err != nil {
		t.Fatal(err)
	}
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	managers := k.configMap("a-config").ManagedFields
	if len(managers) != 1 || managers[0].Manager != v1alpha1.FieldManager {
		t.Errorf("the object is managed by %v", managers)
	}
}
