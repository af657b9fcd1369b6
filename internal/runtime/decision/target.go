package decision

import (
	"fmt"
	"strconv"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/runtime/change"
	"github.com/kudoc/kudoc/internal/runtime/execution"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

// Desire is what the spec of an Instance asks for: a version and the effective parameters.
type Desire struct {
	Version *v1alpha1.FrameworkVersion
	Params  map[string]any
	Digest  string
	// Requires are the outputs of the required Instances, by requirement.
	Requires map[string]any
}

// Refusal says why a spec cannot be brought about, or not yet.
type Refusal struct {
	Reason, Message string
	Waits           bool // for something that will come
	Unwatched       bool // no watch tells when it can be tried again
}

// Retarget decides which plans bring the spec about, comparing it with what was targeted and applied before. It returns
// nil if the target already says so. The comparison uses nothing but spec and status, so no change is ever missed.
func Retarget(inst *v1alpha1.Instance, d Desire) (*v1alpha1.Target, *Refusal) {
	last, applied := inst.Status.Target, inst.Status.LastApplied
	if last != nil && last.FrameworkVersion == d.Version.Name && last.ParametersDigest == d.Digest && len(change.Of(execution.Values(last.Requires), d.Requires)) == 0 {
		return nil, nil
	}
	next := &v1alpha1.Target{Sequence: 1, FrameworkVersion: d.Version.Name, ParametersDigest: d.Digest, Parameters: execution.Raw(d.Params)}
	if len(d.Requires) > 0 {
		next.Requires = execution.Raw(d.Requires)
	}
	if last != nil {
		next.Sequence = last.Sequence + 1
	}
	if applied == nil {
		next.Plans = []string{v1alpha1.PlanDeploy}
		return next, nil
	}
	changed := change.Of(execution.Values(applied.Parameters), d.Params)
	upgrade := applied.FrameworkVersion != d.Version.Name || last.FrameworkVersion != d.Version.Name
	if message := change.Refused(&d.Version.Spec, changed, execution.Values(applied.Parameters), d.Params, upgrade); message != "" {
		return nil, &Refusal{Reason: v1alpha1.ReasonImmutableParameter, Message: message}
	}
	if message := change.Downgrade(&d.Version.Spec, applied.FrameworkVersion); message != "" && !inst.Spec.AllowDowngrade {
		return nil, &Refusal{Reason: v1alpha1.ReasonDowngrade, Message: message}
	}
	if message := change.UpgradePath(&d.Version.Spec, applied.FrameworkVersion); message != "" {
		return nil, &Refusal{Reason: v1alpha1.ReasonUpgradePath, Message: message}
	}
	if upgrade {
		next.Plans = []string{change.FirstPlan(&d.Version.Spec, v1alpha1.PlanUpgrade, v1alpha1.PlanUpdate, v1alpha1.PlanDeploy)}
		return next, nil
	}
	// A target that failed half-way may have left its mark, so what changes since then counts as well.
	changed = append(changed, change.Of(execution.Values(last.Parameters), d.Params)...)
	followed := append(change.Of(execution.Values(applied.Requires), d.Requires), change.Of(execution.Values(last.Requires), d.Requires)...)
	next.Plans = change.Plans(&d.Version.Spec, changed, followed)
	return next, nil
}

// executionName is the name of the execution of a target's plan: the same after every restart.
func executionName(inst *v1alpha1.Instance, t *v1alpha1.Target, plan string) string {
	return fmt.Sprintf("%s-%s-%d", inst.Name, plan, t.Sequence)
}

// latest is the newest execution of a plan for a target, or nil.
func latest(executions []*v1alpha1.PlanExecution, inst *v1alpha1.Instance, t *v1alpha1.Target, plan string) *v1alpha1.PlanExecution {
	var out *v1alpha1.PlanExecution
	for _, e := range executions {
		ours := e.Name == executionName(inst, t, plan)
		if e.Spec.Plan == plan && (ours || e.Status.TargetSequence == t.Sequence) {
			out = e
		}
	}
	return out
}

// Active is the execution whose turn it is: the one that runs, or else the oldest that may run. Executions are given in
// the order of their creation.
func Active(inst *v1alpha1.Instance, executions []*v1alpha1.PlanExecution) *v1alpha1.PlanExecution {
	for _, e := range executions {
		if Begun(e) && (!e.Status.State.Terminal() || Reopened(e)) {
			return e
		}
	}
	if inst.Spec.Suspend {
		return nil
	}
	for _, e := range executions {
		if !Begun(e) && !e.Status.State.Terminal() && !e.Spec.Cancel && !e.Spec.Suspend && blocked(inst, e) == nil {
			return e
		}
	}
	return nil
}

func Begun(e *v1alpha1.PlanExecution) bool { return len(e.Status.Phases) > 0 }

// Reopened says whether a person asked to go on with an execution that failed or was cancelled.
func Reopened(e *v1alpha1.PlanExecution) bool {
	return plan.Reopens(&e.Status, plan.Commands{Cancel: e.Spec.Cancel, Retry: e.Spec.Retry})
}

// targetOf is the sequence of the target for which the controller made an execution; 0 if a person made it.
func targetOf(e *v1alpha1.PlanExecution) int64 {
	n, err := strconv.ParseInt(e.Labels[v1alpha1.LabelTarget], 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// blocked says why an execution that has not begun cannot begin, whatever else runs.
func blocked(inst *v1alpha1.Instance, e *v1alpha1.PlanExecution) *Refusal {
	deleting := inst.DeletionTimestamp != nil
	switch {
	case deleting != (e.Spec.Plan == v1alpha1.PlanCleanup):
		if deleting {
			return &Refusal{Reason: v1alpha1.ReasonDeleting, Message: "the instance is being deleted"}
		}
		return &Refusal{Reason: v1alpha1.ReasonDeleting, Message: "cleanup runs when the instance is deleted"}
	case inst.Status.Target == nil:
		return &Refusal{Reason: v1alpha1.ReasonNotDeployed, Message: "the instance has not been deployed yet"}
	case targetOf(e) > inst.Status.Target.Sequence:
		return &Refusal{Reason: v1alpha1.ReasonWaitingForExecution, Message: "waiting for its turn"} // its target is not on record yet
	case inst.Status.LastApplied == nil && e.Spec.Plan != v1alpha1.PlanDeploy && e.Spec.Plan != v1alpha1.PlanCleanup:
		return &Refusal{Reason: v1alpha1.ReasonNotDeployed, Message: "the instance has not been deployed yet"}
	}
	return nil
}

// Pin records what an execution runs with: what the target says if it brings the target about, or else what is in force.
func Pin(inst *v1alpha1.Instance, e *v1alpha1.PlanExecution) {
	t, applied := inst.Status.Target, inst.Status.LastApplied
	pending := int(t.Done) < len(t.Plans) && t.Plans[t.Done] == e.Spec.Plan
	st := &e.Status
	st.PreviousParameters, st.TargetSequence = nil, 0
	if applied != nil {
		st.FrameworkVersion, st.Parameters, st.Requires = applied.FrameworkVersion, applied.Parameters.DeepCopy(), applied.Requires.DeepCopy()
		st.PreviousParameters = applied.Parameters.DeepCopy()
	}
	if pending || applied == nil {
		st.FrameworkVersion, st.Parameters, st.Requires = t.FrameworkVersion, t.Parameters.DeepCopy(), t.Requires.DeepCopy()
		st.TargetSequence = t.Sequence
	}
	st.ParametersDigest = execution.Digest(execution.Values(st.Parameters))
}

// stale lists what a successful execution should have applied again and did not: it is pruned. What a skipped step would
// have applied stays.
func stale(inst *v1alpha1.Instance, e *v1alpha1.PlanExecution, v *v1alpha1.FrameworkVersion) []v1alpha1.InventoryItem {
	ran := map[string]bool{}
	for _, ph := range e.Status.Phases {
		for _, s := range ph.Steps {
			for _, t := range s.Tasks {
				ran[t.Name] = ran[t.Name] || s.State != v1alpha1.Skipped
			}
		}
	}
	var out []v1alpha1.InventoryItem
	for _, it := range inst.Status.Inventory {
		gone := v.Spec.Task(it.Task) == nil
		if it.Execution != e.UID && (gone || ran[it.Task]) {
			out = append(out, it)
		}
	}
	return out
}

// expired lists finished executions beyond the history limit, oldest first. The one that brought the target about stays.
func expired(inst *v1alpha1.Instance, executions []*v1alpha1.PlanExecution) []*v1alpha1.PlanExecution {
	limit := 10
	if inst.Spec.HistoryLimit != nil {
		limit = int(*inst.Spec.HistoryLimit)
	}
	var finished []*v1alpha1.PlanExecution
	for _, e := range executions {
		current := inst.Status.Target != nil && e.Status.TargetSequence == inst.Status.Target.Sequence
		if e.Status.State.Terminal() && !Reopened(e) && !current {
			finished = append(finished, e)
		}
	}
	return finished[:max(0, len(finished)-limit)]
}
