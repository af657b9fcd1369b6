package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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

func TestAFrameworkListsItsVersions(t *testing.T) {
	k := connect(t)
	k.start(nil)
	odd := &v1alpha1.FrameworkVersion{}
	if err := k.c.Get(t.Context(), client.ObjectKey{Name: "odd-1.0.0"}, odd); err != nil {
		t.Fatal(err)
	}
	framework := &v1alpha1.Framework{}
	framework.Name = k.namespace
	made := map[string]client.Object{"": framework}
	for number, format := range map[string]string{"1.2.0": "1.0", "1.10.0": "1.0", "2.0.0": "9.0"} {
		v := &v1alpha1.FrameworkVersion{Spec: *odd.Spec.DeepCopy()}
		v.Spec.Framework, v.Spec.Version, v.Spec.TemplateFormat = framework.Name, number, format
		v.Name = framework.Name + "-" + number
		made[number] = v
	}
	for _, o := range made {
		if err := k.c.Create(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := k.c.Delete(context.Background(), o); client.IgnoreNotFound(err) != nil {
				t.Log(err)
			}
		})
	}
	lists := func(latest string, versions ...string) {
		t.Helper()
		want := v1alpha1.FrameworkStatus{Versions: versions, Latest: latest}
		k.eventually("the framework lists its versions", func(ctx context.Context) error {
			if err := k.c.Get(ctx, client.ObjectKeyFromObject(framework), framework); err != nil {
				return err
			}
			if diff := cmp.Diff(want, framework.Status); diff != "" {
				return errors.New(diff)
			}
			return nil
		})
	}
	lists("1.10.0", "2.0.0", "1.10.0", "1.2.0") // nobody can execute 2.0.0
	if err := k.c.Delete(t.Context(), made["1.10.0"]); err != nil {
		t.Fatal(err)
	}
	lists("1.2.0", "2.0.0", "1.2.0")
}
