package main

import (
	"strings"
	"testing"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/clustertest"
)

// TestWhatOnlyTheControllerMayAsk: a person with the role edit runs plans and gives commands, and no more.
func TestWhatOnlyTheControllerMayAsk(t *testing.T) {
	path := clustertest.Kubeconfig(t)
	install(t, path)
	s := clustertest.Scheme(t)
	cfg, admin := clustertest.Connect(t, path, s)
	namespace := clustertest.Namespace(t, admin, "commands-")
	binding := &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "people"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "kudoc-edit"},
		Subjects:   []rbacv1.Subject{{Kind: "User", Name: "person", APIGroup: rbacv1.GroupName}},
	}
	if err := admin.Create(t.Context(), binding); err != nil {
		t.Fatal(err)
	}
	impersonated := rest.CopyConfig(cfg)
	impersonated.Impersonate.UserName = "person"
	person, err := client.New(impersonated, client.Options{Scheme: s})
	if err != nil {
		t.Fatal(err)
	}
	execution := func(plan string, labels map[string]string) *v1alpha1.PlanExecution {
		e := &v1alpha1.PlanExecution{Spec: v1alpha1.PlanExecutionSpec{Instance: "nobody", Plan: plan}}
		e.Namespace, e.GenerateName, e.Labels = namespace, "e-", labels
		return e
	}
	merge := func(e *v1alpha1.PlanExecution, text string) func() error {
		return func() error {
			return person.Patch(t.Context(), e, client.RawPatch("application/merge-patch+json", []byte(text)))
		}
	}
	create := func(c client.Client, e *v1alpha1.PlanExecution) func() error {
		return func() error { return c.Create(t.Context(), e, client.DryRunAll) }
	}
	own, made := execution("backup", map[string]string{"team": "blue"}), execution("deploy", map[string]string{v1alpha1.LabelTarget: "1"})
	for _, e := range []*v1alpha1.PlanExecution{own, made} {
		if err := admin.Create(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	for _, tc := range []struct {
		name string
		do   func() error
		want string
	}{
		{"takes fields from others", create(person, execution("deploy", map[string]string{v1alpha1.LabelRepair: "1"})), "only the controller sets kudoc.dev/repair"},
		{"is counted for a change", create(person, execution("deploy", map[string]string{v1alpha1.LabelTarget: "1"})), "only the controller sets kudoc.dev/target"},
		{"marks one that is there", merge(own, `{"metadata":{"labels":{"kudoc.dev/repair":"1"}}}`), "only the controller sets kudoc.dev/repair"},
		{"changes a mark", merge(made, `{"metadata":{"labels":{"kudoc.dev/target":"2"}}}`), "only the controller sets kudoc.dev/target"},
		{"cleans up", create(person, execution("cleanup", nil)), "plan cleanup runs when the Instance is deleted"},
		{"runs a plan", create(person, execution("backup", nil)), ""},
		{"cancels one of the controller's", merge(made, `{"spec":{"cancel":true}}`), ""},
		{"labels one of its own", merge(own, `{"metadata":{"labels":{"team":"red"}}}`), ""},
		{"whoever writes the status may", create(admin, execution("cleanup", map[string]string{v1alpha1.LabelTarget: "1"})), ""},
	} {
		var got string
		for range 100 { // roles and policies take a moment to come into force
			got = ""
			if err := tc.do(); err != nil {
				got = err.Error()
			}
			if (got == "") == (tc.want == "") && strings.Contains(got, tc.want) {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		if (got == "") != (tc.want == "") || !strings.Contains(got, tc.want) {
			t.Errorf("a person who %s is told %q, want %q", tc.name, got, tc.want)
		}
	}
}
