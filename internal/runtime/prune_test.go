package runtime

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/runtime/object"
)

func TestWhatIsNeverDeleted(t *testing.T) {
	const ours = "kudoc.dev/instance: i, app.kubernetes.io/managed-by: kudoc"
	inst := &v1alpha1.Instance{}
	inst.Name, inst.Namespace, inst.UID = "i", "ns", "instance"
	for name, tc := range map[string]struct {
		meta string
		seen types.UID
		want bool // left alone
	}{
		"the object that was seen is deleted":            {`{namespace: ns, uid: "1", labels: {` + ours + `}}`, "1", false},
		"one that was applied a moment ago, too":         {`{namespace: ns, uid: "1", labels: {` + ours + `}}`, "", false},
		"another one of its name is not":                 {`{namespace: ns, uid: "2", labels: {` + ours + `}}`, "1", true},
		"nor one without the labels":                     {`{namespace: ns, uid: "1"}`, "", true},
		"nor that of an instance in another namespace":   {`{namespace: other, uid: "1", labels: {` + ours + `}}`, "", true},
		"one in another namespace says whose it is":      {`{namespace: other, uid: "1", labels: {` + ours + `}, annotations: {kudoc.dev/instance-namespace: ns}}`, "", false},
		"one without a namespace says whose it is, too":  {`{uid: "1", labels: {` + ours + `}, annotations: {kudoc.dev/instance-namespace: ns}}`, "", false},
		"nor that of an instance of the same name there": {`{uid: "1", labels: {` + ours + `}, annotations: {kudoc.dev/instance-namespace: other}}`, "", true},
		"one that asks to be kept is let go first":       {`{namespace: ns, uid: "1", labels: {` + ours + `}, annotations: {kudoc.dev/prune: disabled}, ownerReferences: [{uid: instance}]}`, "1", false},
		"and then left alone":                            {`{namespace: ns, uid: "1", labels: {` + ours + `}, annotations: {kudoc.dev/prune: disabled}}`, "1", true},
	} {
		live := &metav1.PartialObjectMetadata{}
		if err := yaml.Unmarshal([]byte(tc.meta), &live.ObjectMeta); err != nil {
			t.Fatal(err)
		}
		if got := object.Vanished(inst, v1alpha1.InventoryItem{UID: tc.seen}, live); got != tc.want {
			t.Errorf("%s: left alone: %v", name, got)
		}
	}
}
