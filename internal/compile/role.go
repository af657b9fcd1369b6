package compile

import (
	"cmp"
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/expr"
)

// aggregateLabel makes the role part of the controller's own.
const aggregateLabel = "kudoc.dev/aggregate-to-controller"

// verbs are what the controller does with the objects of a task.
var verbs = []string{"get", "list", "watch", "create", "patch", "delete"}

// role is the least that the controller needs to execute a version. Only a compiler can know it.
func (c *compilation) role(v *v1alpha1.FrameworkVersion) *rbacv1.ClusterRole {
	resources := map[string]map[string]bool{}
	for _, t := range c.tasks {
		for _, o := range t.objects {
			for _, k := range o.kinds() {
				plural, _ := meta.UnsafeGuessKindToResource(k)
				if resources[k.Group] == nil {
					resources[k.Group] = map[string]bool{}
				}
				resources[k.Group][plural.Resource] = true
			}
		}
	}
	out := &rbacv1.ClusterRole{
		TypeMeta: metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "ClusterRole"},
		ObjectMeta: metav1.ObjectMeta{
			Name:   "kudoc-framework-" + v.Name,
			Labels: map[string]string{aggregateLabel: "true"},
		},
	}
	for group, names := range resources {
		rule := rbacv1.PolicyRule{APIGroups: []string{group}, Verbs: verbs}
		for name := range names {
			rule.Resources = append(rule.Resources, name)
		}
		slices.Sort(rule.Resources)
		out.Rules = append(out.Rules, rule)
	}
	slices.SortFunc(out.Rules, func(a, b rbacv1.PolicyRule) int { return cmp.Compare(a.APIGroups[0], b.APIGroups[0]) })
	return out
}

// kinds are the kinds of the objects that a template may render to.
func (o object) kinds() []schema.GroupVersionKind {
	if o.id != "" {
		return kindsOf(o.value)
	}
	var out []schema.GroupVersionKind
	for _, p := range partsOf(o.value) {
		out = append(out, kindsOf(p.Val)...)
	}
	return out
}

func kindsOf(x *expr.X) []schema.GroupVersionKind {
	if x.Op == expr.OpCond {
		return append(kindsOf(x.Args[1]), kindsOf(x.Args[2])...)
	}
	var apiVersion, kind string
	for _, p := range partsOf(x) {
		if p.Key == nil || !p.Key.IsLit() || !p.Val.IsLit() {
			continue
		}
		s, _ := p.Val.Lit.(string)
		switch p.Key.Lit {
		case "apiVersion":
			apiVersion = s
		case "kind":
			kind = s
		}
	}
	if apiVersion == "" || kind == "" {
		return nil
	}
	gv, err := schema.ParseGroupVersion(apiVersion)
	if err != nil {
		return nil
	}
	return []schema.GroupVersionKind{gv.WithKind(kind)}
}
