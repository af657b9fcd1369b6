package runtime

import (
	"regexp"
	"testing"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

func TestAGeneratedSecretGoesWithItsInstanceUnlessWhatThatKnowsIsKept(t *testing.T) {
	v := &v1alpha1.FrameworkVersion{}
	v.Spec.Parameters = append(v.Spec.Parameters, v1alpha1.Parameter{Name: "password", Secret: true, Generate: 32})
	inst := &v1alpha1.Instance{}
	inst.Name, inst.Namespace, inst.UID = "i", "ns", "1"
	s := generated(inst, v, []string{"password"})
	if s.Name != "i-generated" || len(s.Data) != 1 || !regexp.MustCompile(`^[A-Z2-7]{32}$`).Match(s.Data["password"]) {
		t.Errorf("Secret %s has %d values", s.Name, len(s.Data))
	}
	if len(s.OwnerReferences) != 1 || s.OwnerReferences[0].UID != inst.UID {
		t.Errorf("its owners are %v", s.OwnerReferences)
	}
	for _, policy := range []v1alpha1.DeletionPolicy{v1alpha1.DeletionOrphan, v1alpha1.DeletionRetain} {
		inst.Spec.DeletionPolicy = policy
		if s := generated(inst, v, []string{"password"}); len(s.OwnerReferences) != 0 {
			t.Errorf("%s: its owners are %v", policy, s.OwnerReferences)
		}
	}
}
