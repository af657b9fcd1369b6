package decision

import (
	"slices"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// Doomed lists what the gather should look for: objects that were, or are about to be, deleted.
func Doomed(w *World) []v1alpha1.InventoryItem {
	if w.Inst.DeletionTimestamp != nil {
		rest, _ := parted(w.Inst)
		return lastGroup(rest)
	}
	if e := uncounted(w); e != nil {
		return stale(w.Inst, e, w.TargetVersion)
	}
	return nil
}

// Unseen lists what an execution applied whose end is on record, while the Instance still names it as the active one: the
// controller was killed between the two writes, and what it had seen of the objects is lost.
func Unseen(w *World) []v1alpha1.InventoryItem {
	at := slices.IndexFunc(w.Executions, func(e *v1alpha1.PlanExecution) bool { return e.Name == w.Inst.Status.ActiveExecution })
	if at < 0 || !w.Executions[at].Status.State.Terminal() {
		return nil
	}
	e, done := w.Executions[at], map[string]bool{}
	for _, ph := range e.Status.Phases {
		for _, s := range ph.Steps {
			for _, t := range s.Tasks {
				done[t.Name] = t.State == v1alpha1.Succeeded
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(w.Inst.Status.Inventory), func(it v1alpha1.InventoryItem) bool {
		return it.Execution != e.UID || !done[it.Task]
	})
}

// uncounted is the execution that has brought about a plan of the target and is on record, but not counted.
func uncounted(w *World) *v1alpha1.PlanExecution {
	t := w.Inst.Status.Target
	if t == nil || int(t.Done) >= len(t.Plans) || w.TargetVersion == nil {
		return nil
	}
	e := latest(w.Executions, w.Inst, t, t.Plans[t.Done])
	if e == nil || e.Status.State != v1alpha1.Succeeded {
		return nil
	}
	return e
}
