package decision

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

func TestADowngradeIsRefusedUnlessItIsAllowed(t *testing.T) {
	const no = "shop-2.0.0 is in force, and 1.9.0 is lower: set spec.allowDowngrade (kudoc apply --allow-downgrade) if the framework can go back"
	for name, tc := range map[string]struct {
		inForce, framework, version string
		allowed                     bool
		want                        string
	}{
		"a lower version":                           {"shop-2.0.0", "shop", "1.9.0", false, no},
		"a lower version that is allowed":           {"shop-2.0.0", "shop", "1.9.0", true, ""},
		"a higher version":                          {"shop-2.0.0", "shop", "2.0.1", false, ""},
		"numbers are compared as numbers":           {"shop-1.9.0", "shop", "1.10.0", false, ""},
		"the release after its candidate":           {"shop-2.0.0-rc.1", "shop", "2.0.0", false, ""},
		"a version of a framework of a longer name": {"shop-floor-2.0.0", "shop", "1.9.0", false, ""},
		"another framework":                         {"bar-2.0.0", "shop", "1.9.0", false, ""},
	} {
		v := version(tc.framework+"-"+tc.version, "deploy")
		v.Spec.Framework, v.Spec.Version = tc.framework, tc.version
		inst := &v1alpha1.Instance{Status: applied(tc.inForce, values{})}
		inst.Spec.AllowDowngrade = tc.allowed
		target, ref := Retarget(inst, Desire{Version: v, Params: values{}})
		got := ""
		if ref != nil {
			if got = ref.Message; ref.Reason != v1alpha1.ReasonDowngrade {
				t.Errorf("%s: the reason is %s", name, ref.Reason)
			}
		}
		if diff := cmp.Diff(tc.want, got); diff != "" || (target != nil) != (tc.want == "") {
			t.Errorf("%s: the target is %v; (-want +got):\n%s", name, target, diff)
		}
	}
}

func TestAnUpgradeGoesByTheVersionsFromWhichItCan(t *testing.T) {
	const no = "shop-1.0.0 is in force, and 3.0.0 can be upgraded to from >=2.0.0 only: upgrade to one of these first"
	for name, tc := range map[string]struct {
		inForce, version, from, want string
	}{
		"a version that is too old":          {"shop-1.0.0", "3.0.0", ">=2.0.0", no},
		"a version in the range":             {"shop-2.1.0", "3.0.0", ">=2.0.0", ""},
		"a version without a range":          {"shop-1.0.0", "3.0.0", "", ""},
		"another framework":                  {"bar-1.0.0", "3.0.0", ">=2.0.0", ""},
		"a downgrade is another question":    {"shop-4.0.0", "3.0.0", ">=2.0.0 <3.0.0", ""},
		"the same version with another name": {"shop-3.0.0", "3.0.0", ">=2.0.0 <3.0.0", ""},
	} {
		v := version("shop-"+tc.version, "deploy")
		v.Spec.Framework, v.Spec.Version, v.Spec.UpgradableFrom = "shop", tc.version, tc.from
		inst := &v1alpha1.Instance{Status: applied(tc.inForce, values{"x": "y"})}
		inst.Spec.AllowDowngrade = true
		_, ref := Retarget(inst, Desire{Version: v, Params: values{}})
		if got := message(ref); got != tc.want || ref != nil && ref.Reason != v1alpha1.ReasonUpgradePath {
			t.Errorf("%s: refused: %q, want %q", name, got, tc.want)
		}
	}
}

func message(ref *Refusal) string {
	if ref == nil {
		return ""
	}
	return ref.Message
}

func TestTheWayBackFromAFailedUpgradeIsNoDowngrade(t *testing.T) {
	inst := &v1alpha1.Instance{Status: applied("shop-1.0.0", values{})}
	inst.Status.Target = &v1alpha1.Target{Sequence: 5, FrameworkVersion: "shop-2.0.0", Plans: []string{"upgrade"}}
	v := version("shop-1.0.0", "deploy", "upgrade")
	v.Spec.Framework, v.Spec.Version = "shop", "1.0.0"
	target, ref := Retarget(inst, Desire{Version: v, Params: values{}})
	if ref != nil || target == nil || target.Sequence != 6 {
		t.Errorf("the target is %v, refused: %v", target, ref)
	}
}
