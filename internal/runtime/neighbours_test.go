package runtime_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	k8sruntime "k8s.io/apimachinery/pkg/runtime"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// hung is more than there are workers.
const hung = workers + 5

// blackHole is the address of a server that takes connections and never says anything.
func blackHole(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return "https://" + l.Addr().String() + "/"
}

// hangWebhook lets every change of the objects of some Instances wait for ten seconds, and fail.
func (k *cluster) hangWebhook(url string, instances []string) {
	k.t.Helper()
	hook := &admissionv1.ValidatingWebhookConfiguration{Webhooks: []admissionv1.ValidatingWebhook{{
		Name: "hangs.kudoc.dev", ClientConfig: admissionv1.WebhookClientConfig{URL: &url},
		Rules: []admissionv1.RuleWithOperations{{
			Operations: []admissionv1.OperationType{admissionv1.OperationAll},
			Rule:       admissionv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"configmaps"}},
		}},
		NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": k.namespace}},
		ObjectSelector: &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{
			{Key: v1alpha1.LabelInstance, Operator: metav1.LabelSelectorOpIn, Values: instances},
		}},
		FailurePolicy: new(admissionv1.Fail), TimeoutSeconds: new(int32(10)),
		SideEffects: new(admissionv1.SideEffectClassNone), AdmissionReviewVersions: []string{"v1"},
	}}}
	hook.Name = "hangs-" + k.namespace
	if err := k.c.Create(k.t.Context(), hook); err != nil {
		k.t.Fatal(err)
	}
	k.t.Cleanup(func() {
		if err := k.c.Delete(context.Background(), hook); err != nil {
			k.t.Error(err)
		}
	})
}

// kindOf makes a kind of two versions for this test, and a framework that has an object of the one that is not stored.
func (k *cluster) kindOf() (*apiextensionsv1.CustomResourceDefinition, *v1alpha1.FrameworkVersion) {
	k.t.Helper()
	group := k.namespace + ".kudoc.dev"
	whatever := &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{Type: "object", XPreserveUnknownFields: new(true)}}
	def := &apiextensionsv1.CustomResourceDefinition{Spec: apiextensionsv1.CustomResourceDefinitionSpec{
		Group: group, Scope: apiextensionsv1.NamespaceScoped,
		Names:    apiextensionsv1.CustomResourceDefinitionNames{Plural: "things", Singular: "thing", Kind: "Thing", ListKind: "ThingList"},
		Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{Name: "v1", Served: true, Schema: whatever}, {Name: "v2", Served: true, Storage: true, Schema: whatever}},
	}}
	def.Name = "things." + group
	v := k.gatedVersion()
	v.Spec.Framework, v.Name = "thing-"+k.namespace, "thing-"+k.namespace+"-1.0.0"
	v.Spec.Tasks = v.Spec.Tasks[:1]
	v.Spec.Tasks[0].Objects[0].Ready = ""
	v.Spec.Tasks[0].Objects[0].Template = k8sruntime.RawExtension{Raw: fmt.Appendf(nil, `{"apiVersion": "%s/v1", "kind": "Thing", "metadata": {"name": {"$cel": "instance.name"}}, "spec": {}}`, group)}
	v.Spec.Plans[0].Phases = v.Spec.Plans[0].Phases[:1]
	if err := k.c.Create(k.t.Context(), def); err != nil {
		k.t.Fatal(err)
	}
	if err := k.c.Create(k.t.Context(), v); err != nil {
		k.t.Fatal(err)
	}
	k.t.Cleanup(func() {
		if err := k.c.Delete(context.Background(), def); err != nil {
			k.t.Error(err)
		}
		if err := k.c.Delete(context.Background(), v); err != nil {
			k.t.Error(err)
		}
	})
	return def, v
}

// deploys is how long an Instance takes from its creation until it is deployed, at worst of some.
func (k *cluster) deploys(prefix string) time.Duration {
	k.t.Helper()
	worst := time.Duration(0)
	for i := range 3 {
		begin := time.Now()
		inst := k.instanceOf("quartet-1.0.0", fmt.Sprint(prefix, i), `{"replicas": 0}`)
		k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
		worst = max(worst, time.Since(begin))
	}
	return worst
}

// More Instances than there are workers have a webhook that hangs, or a kind that cannot be listed any more; one fails for ever,
// and one waits for ever. Whoever has nothing to do with that is deployed as before.
func TestASlowOrDeadNeighbourStallsNobody(t *testing.T) {
	k := connect(t)
	def, things := k.kindOf()
	stop := k.run(replica{now: time.Now, workers: workers})
	for i := range hung {
		k.instanceOf(things.Name, fmt.Sprint("thing", i), "")
	}
	for i := range hung {
		inst := &v1alpha1.Instance{}
		inst.Namespace, inst.Name = k.namespace, fmt.Sprint("thing", i)
		k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	}
	alone := k.deploys("alone")
	stop()

	url := blackHole(t)
	def.Spec.Conversion = nil
	k.merge(def, fmt.Sprintf(`{"spec":{"conversion":{"strategy":"Webhook","webhook":{"clientConfig":{"url":%q},"conversionReviewVersions":["v1"]}}}}`, strings.Replace(url, "127.0.0.1", "localhost", 1)))
	k.gated("")
	k.instance("broken", `{"breakJob": true}`)
	var names []string
	for i := range hung {
		names = append(names, fmt.Sprint("hung", i))
	}
	k.hangWebhook(url, names)
	k.run(replica{now: time.Now, workers: workers}) // it has to list the kind anew
	for _, name := range names {
		k.instanceOf("quartet-1.0.0", name, `{"replicas": 0}`)
	}
	time.Sleep(12 * time.Second) // all of them have had their first turn
	among := k.deploys("among")
	t.Logf("chaos: a deploy takes %.2f s alone, %.2f s among %d Instances that hang", alone.Seconds(), among.Seconds(), 2*hung)
	if most := 3*alone + 3*time.Second; among > most {
		t.Errorf("a deploy takes %s, and %s when others hang; at most %s are wanted", alone, among, most)
	}
}
