package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

func TestAnInstanceWorksWithTheOneThatItRequires(t *testing.T) {
	k := connect(t)
	k.start(nil)
	guest := k.requiring("guest-1.0.0", "guest", map[string]string{"shop": "shop"})
	k.says(guest, v1alpha1.ReasonRequirementNotMet, `requires shop: there is no instance "shop"`)

	shop := k.instance("shop", `{"greeting": "welcome"}`)
	k.settled(guest, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	if got := k.configMap("guest-config").Data["heard"]; got != "welcome from 1" {
		t.Errorf("the guest heard %q", got)
	}
	if got := string(guest.Status.Outputs.Raw); got != `{"heard":"welcome"}` {
		t.Errorf("outputs are %s", got)
	}

	k.change(shop, `{"greeting": "good evening"}`)
	k.eventually("the guest follows", func(context.Context) error {
		if got := k.configMap("guest-config").Data["heard"]; got != "good evening from 1" {
			return errors.New(got)
		}
		return nil
	})
	k.settled(guest, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	if diff := cmp.Diff([]string{"deploy:Succeeded", "follow:Succeeded"}, k.plans("guest")); diff != "" {
		t.Errorf("plans of the guest (-want +got):\n%s", diff)
	}

	k.change(shop, `{"greeting": "a greeting that is much too long"}`)
	k.says(guest, v1alpha1.ReasonRequirementNotMet, `requires shop: outputs of instance "shop": greeting: must be fewer than 20 letters, not "a greeting that is much too long"`)
	if got := k.configMap("guest-config").Data["heard"]; got != "good evening from 1" {
		t.Errorf("what the guest does not understand, it took over: %q", got)
	}
}

func TestAnInstanceSaysWhyARequirementIsNotMet(t *testing.T) {
	k := connect(t)
	k.start(nil)
	other := k.instanceOf("tidy-1.0.0", "other", "")
	k.settled(other, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	tests := map[string]struct {
		requires     map[string]string
		reason, want string
	}{
		"nothing":     {nil, v1alpha1.ReasonInvalidRequirements, "spec.requires.shop: name the Instance of shop >=1.0.0 <2.0.0 to work with"},
		"misspelt":    {map[string]string{"shpo": "other"}, v1alpha1.ReasonInvalidRequirements, `spec.requires.shpo: guest-1.0.0 has no such requirement (did you mean "shop"?)`},
		"wrong":       {map[string]string{"shop": "other"}, v1alpha1.ReasonRequirementNotMet, `requires shop: instance "other" runs framework tidy, not shop`},
		"itself":      {map[string]string{"shop": "itself"}, v1alpha1.ReasonInvalidRequirements, "the instances require each other: itself requires itself"},
		"in-a-circle": {map[string]string{"shop": "itself"}, v1alpha1.ReasonRequirementNotMet, `requires shop: instance "itself" has not been deployed yet`},
	}
	made := map[string]*v1alpha1.Instance{}
	for name, tc := range tests { // some name others of them
		made[name] = k.requiring("guest-1.0.0", name, tc.requires)
	}
	for name, tc := range tests {
		k.says(made[name], tc.reason, tc.want)
	}
}

func TestWhatIsRequiredIsDeletedLast(t *testing.T) {
	k := connect(t)
	k.start(nil)
	shop := k.instance("shop", "")
	guest := k.requiring("guest-1.0.0", "guest", map[string]string{"shop": "shop"})
	k.settled(guest, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	if err := k.c.Delete(t.Context(), shop); err != nil {
		t.Fatal(err)
	}
	k.says(shop, v1alpha1.ReasonDeleting, "waiting for the deletion of what requires it: guest")
	k.says(guest, v1alpha1.ReasonRequirementNotMet, `requires shop: instance "shop" is being deleted`)
	if k.configMap("shop-config") == nil {
		t.Error("what the guest works with was deleted")
	}
	if err := k.c.Delete(t.Context(), guest); err != nil {
		t.Fatal(err)
	}
	k.gone(guest)
	k.gone(shop)
}

// requiring makes an Instance that names others.
func (k *cluster) requiring(version, name string, requires map[string]string) *v1alpha1.Instance {
	k.t.Helper()
	inst := &v1alpha1.Instance{Spec: v1alpha1.InstanceSpec{FrameworkVersion: version, Requires: requires}}
	inst.Namespace, inst.Name = k.namespace, name
	if err := k.c.Create(k.t.Context(), inst); err != nil {
		k.t.Fatal(err)
	}
	return inst
}

// says waits until the Ready condition of an Instance gives a reason and contains a text.
func (k *cluster) says(inst *v1alpha1.Instance, reason, text string) {
	k.t.Helper()
	k.eventually(fmt.Sprintf("%s says %q", inst.Name, text), func(ctx context.Context) error {
		if err := k.c.Get(ctx, client.ObjectKeyFromObject(inst), inst); err != nil {
			return err
		}
		for _, c := range inst.Status.Conditions {
			if c.Type == v1alpha1.ConditionReady && c.Reason == reason && strings.Contains(c.Message, text) {
				return nil
			}
		}
		return fmt.Errorf("its conditions are %v", inst.Status.Conditions)
	})
}

func TestARequirementIsMetByAChildWhereTheInstanceNamesNone(t *testing.T) {
	k := connect(t)
	k.start(nil)
	host := k.instanceOf("host-1.0.0", "host", `{"greeting": "welcome"}`)
	k.settled(host, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	if got := k.configMap("host-config").Data["heard"]; got != "welcome from 1" {
		t.Errorf("the host heard %q", got)
	}
	k.change(host, `{"greeting": "good evening"}`)
	k.eventually("the child follows, and the host it", func(context.Context) error {
		if got := k.configMap("host-config").Data["heard"]; got != "good evening from 1" {
			return errors.New(got)
		}
		return nil
	})
	k.settled(host, metav1.ConditionTrue, v1alpha1.ReasonDeployed)

	other := k.instance("other", `{"greeting": "hi"}`)
	k.settled(other, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	k.settled(k.requiring("host-1.0.0", "lodger", map[string]string{"shop": "other"}), metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	if got := k.configMap("lodger-config").Data["heard"]; got != "hi from 1" {
		t.Errorf("one that names another heard %q", got)
	}
	if k.configMap("lodger-shop-config") != nil {
		t.Error("a child was made that nobody needs")
	}

	child := &v1alpha1.Instance{ObjectMeta: metav1.ObjectMeta{Namespace: k.namespace, Name: "host-shop"}}
	if err := k.c.Delete(t.Context(), child); err != nil {
		t.Fatal(err)
	}
	k.says(child, v1alpha1.ReasonDeleting, "waiting for the deletion of what requires it: host")
	if err := k.c.Delete(t.Context(), host); err != nil {
		t.Fatal(err)
	}
	k.gone(child)
	k.gone(host)
}
