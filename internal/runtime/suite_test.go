package runtime_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

func TestWhatTheSuitesOfKUDODidWithObjects(t *testing.T) {
	k := connect(t)
	k.start(nil)
	inst := k.instanceOf("suite-1.0.0", "a", "")
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)

	thing := &unstructured.Unstructured{}
	thing.SetGroupVersionKind(schema.GroupVersionKind{Group: "suite.kudoc.dev", Version: "v1", Kind: "Thing"})
	key := client.ObjectKey{Namespace: k.namespace, Name: "a"}
	if err := k.c.Get(t.Context(), key, thing); err != nil {
		t.Errorf("an object of a kind that the same plan defines: %v", err)
	}
	if k.configMap("a-note") == nil {
		t.Error("what was applied, deleted and applied again is not there")
	}
	service, web := &corev1.Service{}, &appsv1.Deployment{}
	address, changed := "", ""
	for _, step := range []struct {
		params     string
		containers []string
		seconds    int32
	}{
		{`{"more": false}`, []string{"web"}, 0},
		{`{"more": true}`, []string{"web", "sidecar"}, 1},
		{`{"more": false}`, []string{"web"}, 0},
	} {
		k.change(inst, step.params)
		k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
		for _, o := range []client.Object{service, web} {
			if err := k.c.Get(t.Context(), key, o); err != nil {
				t.Fatal(err)
			}
		}
		if address != "" && service.Spec.ClusterIP != address || service.Spec.Selector["more"] == changed {
			t.Errorf("%s: the address was %q and is %q, the selector is %v", step.params, address, service.Spec.ClusterIP, service.Spec.Selector)
		}
		address, changed = service.Spec.ClusterIP, service.Spec.Selector["more"]
		var got []string
		for _, c := range web.Spec.Template.Spec.Containers {
			got = append(got, c.Name)
		}
		if diff := cmp.Diff(step.containers, got); diff != "" || web.Spec.MinReadySeconds != step.seconds {
			t.Errorf("%s: minReadySeconds is %d, containers (-want +got):\n%s", step.params, web.Spec.MinReadySeconds, diff)
		}
	}
	if err := k.c.Delete(t.Context(), inst); err != nil {
		t.Fatal(err)
	}
	k.gone(inst) // and with it the kind, which is the cluster's
}
