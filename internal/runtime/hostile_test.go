package runtime_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	k8sruntime "k8s.io/apimachinery/pkg/runtime"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// hostileVersion is a framework whose only object has an expression in it.
func (k *cluster) hostileVersion(name, template string, locals map[string]string) string {
	k.t.Helper()
	v := k.gatedVersion()
	v.Spec.Framework, v.Spec.Locals = name+"-"+k.namespace, locals
	v.Name = v.Spec.Framework + "-1.0.0"
	v.Spec.Parameters = []v1alpha1.Parameter{{Name: "s", Schema: k8sruntime.RawExtension{Raw: []byte(`{"type": "string", "default": "x"}`)}}}
	v.Spec.Tasks = v.Spec.Tasks[:1]
	v.Spec.Tasks[0].Objects[0] = v1alpha1.ObjectTemplate{Template: k8sruntime.RawExtension{Raw: []byte(template)}}
	v.Spec.Plans[0].Phases = v.Spec.Plans[0].Phases[:1]
	if err := k.c.Create(k.t.Context(), v); err != nil {
		k.t.Fatal(err)
	}
	k.t.Cleanup(func() {
		if err := k.c.Delete(context.Background(), v); err != nil {
			k.t.Error(err)
		}
	})
	return v.Name
}

// Frameworks that ask for too much fail their own Instances, which say why; another one is deployed meanwhile.
func TestAFrameworkThatAsksForTooMuchFailsAlone(t *testing.T) {
	k := connect(t)
	k.start(nil)
	doubling := map[string]string{"l0": "[1]"}
	for i := range 60 {
		doubling[fmt.Sprintf("l%d", i+1)] = fmt.Sprintf("[local.l%d, local.l%d]", i, i)
	}
	one := `{"o": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": {"$cel": "instance.name"}}, "data": {"a": {"$text": "\\(%s)"}}}}`
	many := `{"$merge": [{"$for": "x", "$in": "list.Range(0, 5000, 1)", "$do": {"$key": {"$text": "o\\(x)"}, "$value": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": {"$text": "\\(instance.name)-\\(x)"}}}}}]}`
	type wish struct{ version, params, reason, message string }
	wishes := map[string]wish{
		"doubling":   {k.hostileVersion("doubling", fmt.Sprintf(one, "local.l60 == local.l60"), doubling), "", v1alpha1.ReasonPlanFailed, "limit"},
		"looping":    {k.hostileVersion("looping", fmt.Sprintf(one, "list.Range(0, 100000, 1).exists(x, list.Range(0, 100000, 1).exists(y, x + y < 0))"), nil), "", v1alpha1.ReasonPlanFailed, "limit"},
		"objects":    {k.hostileVersion("objects", many, nil), "", v1alpha1.ReasonPlanFailed, "more than 1000 objects"},
		"nonsense":   {k.hostileVersion("nonsense", fmt.Sprintf(one, strings.Repeat("(", 2000)), nil), "", v1alpha1.ReasonFrameworkVersionInvalid, ""},
		"parameters": {k.hostileVersion("parameters", fmt.Sprintf(one, "params.s"), nil), fmt.Sprintf(`{"s": %q}`, strings.Repeat("x", 600<<10)), v1alpha1.ReasonInvalidParameters, "more than 262144 bytes"},
	}
	var unknown []string
	for i := range 20000 {
		unknown = append(unknown, fmt.Sprintf(`"parameter%d": 1`, i))
	}
	wishes["unknown"] = wish{wishes["parameters"].version, "{" + strings.Join(unknown, ",") + "}", v1alpha1.ReasonInvalidParameters, "parameter0"}
	instances := map[string]*v1alpha1.Instance{}
	for name, w := range wishes {
		instances[name] = k.instanceOf(w.version, name, w.params)
	}
	good := k.instance("good", "")
	k.settled(good, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	for name, w := range wishes {
		c := k.settled(instances[name], metav1.ConditionFalse, w.reason)
		if !strings.Contains(c.Message, w.message) {
			t.Errorf("%s: the message does not say %q: %.300s", name, w.message, c.Message)
		}
	}
}
