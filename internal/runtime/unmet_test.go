package runtime

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/runtime/decision"
)

func TestWhichInstanceMeetsARequirement(t *testing.T) {
	q := v1alpha1.Requirement{Name: "shop", Framework: "shop", Version: ">=1.2.0 <2.0.0"}
	providing := func(framework, version string, edit func(*provider)) provider {
		p := provider{name: "s", inst: &v1alpha1.Instance{Status: v1alpha1.InstanceStatus{LastApplied: &v1alpha1.AppliedSpec{FrameworkVersion: "v"}}}, version: &v1alpha1.FrameworkVersion{}}
		p.version.Spec.Framework, p.version.Spec.Version = framework, version
		edit(&p)
		return p
	}
	as := func(*provider) {}
	for name, tc := range map[string]struct {
		p     provider
		waits bool
		want  string
	}{
		"one of the framework in the range": {providing("shop", "1.9.3", as), false, ""},
		"a version below it":                {providing("shop", "1.1.0", as), true, `requires shop: instance "s" runs shop 1.1.0, not >=1.2.0 <2.0.0`},
		"a version above it":                {providing("shop", "2.0.0", as), true, `requires shop: instance "s" runs shop 2.0.0, not >=1.2.0 <2.0.0`},
		"another framework":                 {providing("bar", "1.9.3", as), false, `requires shop: instance "s" runs framework bar, not shop`},
		"none":                              {provider{name: "s"}, true, `requires shop: there is no instance "s"`},
		"one that is not deployed yet":      {providing("shop", "1.9.3", func(p *provider) { p.inst.Status.LastApplied = nil }), true, `requires shop: instance "s" has not been deployed yet`},
		"one that goes":                     {providing("shop", "1.9.3", func(p *provider) { p.inst.DeletionTimestamp = &metav1.Time{} }), false, `requires shop: instance "s" is being deleted`},
		"one whose version is gone":         {providing("shop", "1.9.3", func(p *provider) { p.version = nil }), true, `requires shop: there is no FrameworkVersion "v", which instance "s" runs`},
	} {
		ref := unmet(q, tc.p)
		if ref == nil {
			ref = &decision.Refusal{}
		}
		if diff := cmp.Diff(tc.want, ref.Message); diff != "" || ref.Waits != tc.waits {
			t.Errorf("%s: waits: %v; (-want +got):\n%s", name, ref.Waits, diff)
		}
	}
}
