// Package permissions says what the controller may have to do with the objects of tasks, and writes it as rules of a role.
//
//	permissions.go  verbs and rules
//	kinds.go        the kinds of the objects that an expression may become
package permissions

import (
	"cmp"
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// The verbs that the controller needs for the objects of a task. It reads every object before it touches it, and watches
// its kind. Server-side apply is a patch, and needs create as well where there is no object yet; deleting is what becomes
// of objects that a later version or the end of the Instance leaves behind, and of the finished object of a Run task.
var (
	readVerbs   = []string{"get", "list", "watch"}
	writeVerbs  = append(slices.Clip(readVerbs), "create", "patch", "delete")
	deleteVerbs = append(slices.Clip(readVerbs), "delete")
	patchVerbs  = append(slices.Clip(readVerbs), "patch")
	// Secret are the verbs for the Secret of what is generated.
	Secret = []string{"get", "create", "patch"}
)

// OfTask are the verbs for a kind of task.
func OfTask(k v1alpha1.TaskKind) []string {
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

// verbOrder is how verbs are listed.
var verbOrder = []string{"get", "list", "watch", "create", "patch", "delete"}

// Merged are the verbs of both, each once.
func Merged(a, b []string) []string {
	var out []string
	for _, v := range verbOrder {
		if slices.Contains(a, v) || slices.Contains(b, v) {
			out = append(out, v)
		}
	}
	return out
}

// Rules are a rule for each group and set of verbs.
func Rules(verbs map[schema.GroupResource][]string) []rbacv1.PolicyRule {
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
