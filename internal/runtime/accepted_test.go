package runtime_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

func TestAFrameworkVersionSaysWhetherItCanBeExecuted(t *testing.T) {
	k := connect(t)
	k.start(nil)
	good := &v1alpha1.FrameworkVersion{}
	if err := k.c.Get(t.Context(), client.ObjectKey{Name: "odd-1.0.0"}, good); err != nil {
		t.Fatal(err)
	}
	future := &v1alpha1.FrameworkVersion{Spec: *good.Spec.DeepCopy()}
	future.Spec.TemplateFormat, future.Spec.Framework = "9.0", k.namespace
	future.Name = future.Spec.Framework + "-1.0.0"
	inst := k.instanceOf(future.Name, "a", "")
	k.says(inst, v1alpha1.ReasonFrameworkVersionNotFound, future.Name)
	if err := k.c.Create(t.Context(), future); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := k.c.Delete(context.Background(), future); err != nil {
			t.Log(err)
		}
	})
	for v, want := range map[*v1alpha1.FrameworkVersion]string{
		good:   "True Accepted: the templates were read and type-checked",
		future: "False FrameworkVersionInvalid: ",
	} {
		k.eventually(v.Name+" is judged", func(ctx context.Context) error {
			if err := k.c.Get(ctx, client.ObjectKeyFromObject(v), v); err != nil {
				return err
			}
			c := meta.FindStatusCondition(v.Status.Conditions, v1alpha1.ConditionAccepted)
			if c == nil {
				return fmt.Errorf("%s says nothing", v.Name)
			}
			if got := fmt.Sprintf("%s %s: %s", c.Status, c.Reason, c.Message); !strings.HasPrefix(got, want) {
				return fmt.Errorf("it says %s", got)
			}
			return nil
		})
	}
	k.says(inst, v1alpha1.ReasonFrameworkVersionInvalid, "9.0")
}
