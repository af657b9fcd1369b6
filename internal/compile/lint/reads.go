package lint

import (
	"cmp"
	"reflect"
	"slices"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/lint/reads"
)

// sameAsFirst says whether a task makes the same objects as in the first world, because it reads nothing that differs.
func (w *world) sameAsFirst(task string) bool {
	if w.first == nil || w.inputs.Instance != mine || w.sample.Changed == nil || w.reads[task][reads.Everything] {
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
