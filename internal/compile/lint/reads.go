package lint

import (
	"cmp"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// everything stands for all parameters.
const everything = ""

var (
	readsParams = regexp.MustCompile(`(plan\.)?\bparams\b(\.\w+)?`)
	readsLocal  = regexp.MustCompile(`\blocal\.(\w+)`)
)

// readsOf are the parameters that the templates of each task read.
func readsOf(spec *v1alpha1.FrameworkVersionSpec) map[string]map[string]bool {
	out := map[string]map[string]bool{}
	for _, t := range spec.Tasks {
		read, seen := map[string]bool{}, map[string]bool{}
		var look func(source string)
		look = func(source string) {
			for _, m := range readsParams.FindAllStringSubmatch(source, -1) {
				name := strings.TrimPrefix(m[2], ".")
				if m[1] != "" || strings.Contains(source, "previous") { // which depend on parameters in their own way
					name = everything
				}
				read[name] = true
			}
			for _, m := range readsLocal.FindAllStringSubmatch(source, -1) {
				if !seen[m[1]] {
					seen[m[1]] = true
					look(spec.Locals[m[1]])
				}
			}
		}
		for _, o := range t.Objects {
			look(string(o.Template.Raw))
		}
		out[t.Name] = read
	}
	return out
}

// sameAsFirst says whether a task makes the same objects as in the first world, because it reads nothing that differs.
func (w *world) sameAsFirst(task string) bool {
	if w.first == nil || w.inputs.Instance != mine || w.sample.Changed == nil || w.reads[task][everything] {
		return false
	}
	for name := range w.reads[task] {
		if !reflect.DeepEqual(w.inputs.Params[name], w.first.inputs.Params[name]) {
			return false
		}
	}
	return true
}

// sort puts items into the order of plans, in which worlds compare them.
func (w *world) sort(items []*item) {
	slices.SortStableFunc(items, func(a, b *item) int { return cmp.Compare(w.order[a.use], w.order[b.use]) })
}

// reuse takes the items of a task from the first world.
func (w *world) reuse(task string) {
	for _, i := range w.first.items {
		if i.use.task == task {
			w.add(i)
		}
	}
}

func (w *world) add(i *item) {
	w.items = append(w.items, i)
	w.index[key{i.use, i.id}] = i
	if i.kind != v1alpha1.TaskDelete {
		w.made = append(w.made, i)
	}
}

// isNew says whether an item is another one than in the first world.
func (w *world) isNew(i *item) bool { return w == w.first || w.first.find(i) != i }
