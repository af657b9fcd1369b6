package runtime_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

func TestAWorkloadThatIsNotHealthyAnyMoreIsReported(t *testing.T) {
	k := connect(t)
	stop := k.start(nil)
	inst := k.instance("a", "")
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	k.ready("a-0", false)
	sick := "StatefulSet/" + k.namespace + "/a: 0 of 1 replicas ready"
	if c := k.settled(inst, metav1.ConditionFalse, v1alpha1.ReasonUnhealthy); c.Message != sick {
		t.Errorf("the message is %q, want %q", c.Message, sick)
	}
	k.ready("a-0", true)
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)

	stop()
	k.ready("a-0", false)
	k.start(nil) // it is seen, too, if it happened while there was no controller
	k.settled(inst, metav1.ConditionFalse, v1alpha1.ReasonUnhealthy)
}

// ready makes a simulated pod ready, or not.
func (k *cluster) ready(pod string, is bool) {
	k.t.Helper()
	p := &corev1.Pod{}
	p.Namespace, p.Name = k.namespace, pod
	value := map[bool]string{true: "null", false: `"true"`}[is]
	k.merge(p, `{"metadata":{"annotations":{"sandbox.kudoc.dev/unready":`+value+`}}}`)
}
