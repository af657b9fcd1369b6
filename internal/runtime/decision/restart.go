package decision

import (
	"slices"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// startsOver says whether the run of a plan is given up because the spec has changed under it: the plan wants that, the new
// target begins with the same plan, and no Run task is under way, whose object would be left to itself. next is nil if the
// target has moved on already, which was recorded before the run was.
func startsOver(w *World, next *v1alpha1.Target) bool {
	target := w.Inst.Status.Target
	if w.Run == nil || w.Run.Plan.OnChange != v1alpha1.OnChangeRestart || target == nil || w.Active.Spec.Cancel || w.Inst.Spec.Suspend || runsJob(w) {
		return false
	}
	seq := w.Active.Status.TargetSequence
	if next == nil {
		return seq != 0 && seq != target.Sequence && slices.Contains(target.Plans, w.Run.Plan.Name)
	}
	return seq == target.Sequence && len(next.Plans) > 0 && next.Plans[0] == w.Run.Plan.Name
}

// runsJob says whether a Run task of the active execution is under way.
func runsJob(w *World) bool {
	for _, ph := range w.Active.Status.Phases {
		for _, s := range ph.Steps {
			for _, t := range s.Tasks {
				if task := w.Run.Version.Spec.Task(t.Name); t.State == v1alpha1.Running && task != nil && task.Kind == v1alpha1.TaskRun {
					return true
				}
			}
		}
	}
	return false
}
