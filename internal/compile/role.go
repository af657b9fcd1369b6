package compile

import (
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/expr"
	"github.com/kudoc/kudoc/internal/compile/permissions"
	"github.com/kudoc/kudoc/internal/kinds"
)

// aggregateLabel makes the role part of the controller's own.
const aggregateLabel = "kudoc.dev/aggregate-to-controller"

// role is the least that the controller needs to execute a version. Only a compiler can know it.
func (c *compilation) role(v *v1alpha1.FrameworkVersion) *rbacv1.ClusterRole {
	verbs := map[schema.GroupResource][]string{}
	for _, t := range c.tasks {
		for _, o := range t.objects {
			for _, k := range o.kinds(c.locals) {
				c.checkScope(t, k)
				r := schema.GroupResource{Group: k.Group, Resource: kinds.Resource(k.Kind)}
				if d := c.source.Definitions.Kind(k.GroupKind()); d != nil {
					r.Resource = d.Spec.Names.Plural
				}
				verbs[r] = permissions.Merged(verbs[r], permissions.OfTask(t.kind))
			}
		}
	}
	secrets := schema.GroupResource{Resource: "secrets"}
	if slices.ContainsFunc(v.Spec.Parameters, func(p v1alpha1.Parameter) bool { return p.Generate > 0 }) {
		verbs[secrets] = permissions.Merged(verbs[secrets], permissions.Secret)
	}
	return &rbacv1.ClusterRole{
		TypeMeta: metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "ClusterRole"},
		ObjectMeta: metav1.ObjectMeta{
			Name:   "kudoc-framework-" + v.Name,
			Labels: map[string]string{aggregateLabel: "true"},
		},
		Rules: permissions.Rules(verbs),
	}
}

// checkScope warns of what reaches beyond the namespace of an Instance, unless the framework says that it does.
func (c *compilation) checkScope(t *task, k schema.GroupVersionKind) {
	d := c.source.Definitions.Kind(k.GroupKind())
	cluster := kinds.ClusterScoped(k.GroupKind()) || d != nil && d.Spec.Scope == apiextensionsv1.ClusterScoped
	if f := c.declared.Tasks[t.name]; cluster && !c.about.clusterScoped && f != nil {
		c.report(diag.WholeCluster, f.Pos(), "task %q has a %s, which belongs to no namespace", t.name, k.Kind).Hint = "say so: clusterScoped: true"
	}
}

// kinds are the kinds of the objects that a template may render to.
func (o object) kinds(locals map[string]*expr.X) []schema.GroupVersionKind {
	value := expr.Expand(o.value, locals)
	if o.id != "" {
		return permissions.Kinds(value)
	}
	var out []schema.GroupVersionKind
	for _, p := range value.Elements() {
		out = append(out, permissions.Kinds(p.Val)...)
	}
	return out
}
