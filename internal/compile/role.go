package compile

import (
	"cmp"
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/expr"
	"github.com/kudoc/kudoc/internal/kinds"
)

// aggregateLabel makes the role part of the controller's own.
const aggregateLabel = "kudoc.dev/aggregate-to-controller"

// The verbs that the controller needs for the objects of a task. It reads every object before it touches it, and watches
// its kind. Server-side apply is a patch, and needs create as well where there is no object yet; deleting is what becomes
// of objects that a later version or the end of the Instance leaves behind, and of the finished object of a Run task.
var (
	readVerbs   = []string{"get", "list", "watch"}
	writeVerbs  = append(slices.Clip(readVerbs), "create", "patch", "delete")
	deleteVerbs = append(slices.Clip(readVerbs), "delete")
	patchVerbs  = append(slices.Clip(readVerbs), "patch")
	// secretVerbs are for the Secret of what is generated.
	secretVerbs = []string{"get", "create", "patch"}
)

// verbsOf are the verbs for a kind of task.
func verbsOf(k v1alpha1.TaskKind) []string {
	switch k {
	case v1alpha1.TaskDelete:
		return deleteVerbs
	case v1alpha1.TaskPatch:
		return patchVerbs
	case v1alpha1.TaskWait:
		return readVerbs
	case v1alpha1.TaskApply, v1alpha1.TaskRun:
	}
	return writeVerbs
}

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
				verbs[r] = merged(verbs[r], verbsOf(t.kind))
			}
		}
	}
	secrets := schema.GroupResource{Resource: "secrets"}
	if slices.ContainsFunc(v.Spec.Parameters, func(p v1alpha1.Parameter) bool { return p.Generate > 0 }) {
		verbs[secrets] = merged(verbs[secrets], secretVerbs)
	}
	return &rbacv1.ClusterRole{
		TypeMeta: metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "ClusterRole"},
		ObjectMeta: metav1.ObjectMeta{
			Name:   "kudoc-framework-" + v.Name,
			Labels: map[string]string{aggregateLabel: "true"},
		},
		Rules: rules(verbs),
	}
}

// verbOrder is how verbs are listed.
var verbOrder = []string{"get", "list", "watch", "create", "patch", "delete"}

// merged are the verbs of both, each once.
func merged(a, b []string) []string {
	var out []string
	for _, v := range verbOrder {
		if slices.Contains(a, v) || slices.Contains(b, v) {
			out = append(out, v)
		}
	}
	return out
}

// checkScope warns of what reaches beyond the namespace of an Instance, unless the framework says that it does.
func (c *compilation) checkScope(t *task, k schema.GroupVersionKind) {
	d := c.source.Definitions.Kind(k.GroupKind())
	cluster := kinds.ClusterScoped(k.GroupKind()) || d != nil && d.Spec.Scope == apiextensionsv1.ClusterScoped
	if f := c.declared.Tasks[t.name]; cluster && !c.about.clusterScoped && f != nil {
		c.report(diag.WholeCluster, f.Pos(), "task %q has a %s, which belongs to no namespace", t.name, k.Kind).Hint = "say so: clusterScoped: true"
	}
}

// rules are a rule for each group and set of verbs.
func rules(verbs map[schema.GroupResource][]string) []rbacv1.PolicyRule {
	var out []rbacv1.PolicyRule
	for r, vs := range verbs {
		i := slices.IndexFunc(out, func(o rbacv1.PolicyRule) bool { return o.APIGroups[0] == r.Group && slices.Equal(o.Verbs, vs) })
		if i < 0 {
			i = len(out)
			out = append(out, rbacv1.PolicyRule{APIGroups: []string{r.Group}, Verbs: vs})
		}
		out[i].Resources = append(out[i].Resources, r.Resource)
	}
	for i := range out {
		slices.Sort(out[i].Resources)
	}
	slices.SortFunc(out, func(a, b rbacv1.PolicyRule) int {
		return cmp.Or(cmp.Compare(a.APIGroups[0], b.APIGroups[0]), cmp.Compare(len(b.Verbs), len(a.Verbs)))
	})
	return out
}

// kinds are the kinds of the objects that a template may render to.
func (o object) kinds(locals map[string]*expr.X) []schema.GroupVersionKind {
	value := expr.Expand(o.value, locals)
	if o.id != "" {
		return kindsOf(value)
	}
	var out []schema.GroupVersionKind
	for _, p := range value.Elements() {
		out = append(out, kindsOf(p.Val)...)
	}
	return out
}

func kindsOf(x *expr.X) []schema.GroupVersionKind {
	if x.Op == expr.OpCond {
		return append(kindsOf(x.Args[1]), kindsOf(x.Args[2])...)
	}
	apiVersion, kind := constantField(x, "apiVersion"), constantField(x, "kind")
	if apiVersion == "" || kind == "" {
		return nil
	}
	gv, err := schema.ParseGroupVersion(apiVersion)
	if err != nil {
		return nil
	}
	return []schema.GroupVersionKind{gv.WithKind(kind)}
}

// constantField is a field of an object, or of what is merged into it.
func constantField(x *expr.X, name string) string {
	for _, p := range x.Elements() {
		if p.Key == nil {
			if s := constantField(p.Val, name); s != "" {
				return s
			}
			continue
		}
		if key, ok := p.Key.Constant(); ok && key == name {
			s, _ := p.Val.Constant()
			return s
		}
	}
	return ""
}
