package decision

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/runtime/execution"
	"github.com/kudoc/kudoc/internal/runtime/object"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

// Decision is what one reconcile changes.
type Decision struct {
	// Inst and executions carry the next statuses.
	Inst       *v1alpha1.Instance
	Executions []*v1alpha1.PlanExecution
	// Create is an execution to make.
	Create *v1alpha1.PlanExecution
	// Actions belong to the active execution; Objects are what they start with, by task.
	Actions []plan.Action
	Objects map[plan.Ref][]execution.Object
	// Doomed are objects to delete; Orphan are objects to let go of; Barred says why they cannot be.
	Doomed, Orphan []v1alpha1.InventoryItem
	Barred         string
	// Drift says what others have changed of what is in force, Unhealthy what is wrong with workloads of it.
	Drift, Unhealthy []string
	// Dependents are Instances that have to go before this one.
	Dependents []string
	// Adopt are executions that people made, which are to go with the Instance.
	Adopt []*v1alpha1.PlanExecution
	// Expire are executions to delete.
	Expire []*v1alpha1.PlanExecution
	// Ahead says that the spec asks for something else than the target, and waits for the active execution.
	Ahead bool
	// Events are about the execution of that name, or about the Instance if it is empty.
	Events []Event
	// restart gives the active execution up for another one of the same plan.
	restart bool
	// Release lets a deleted Instance go.
	Release      bool
	RequeueAfter time.Duration
}

// Event is about the execution of that name, or about the Instance if it is empty.
type Event struct {
	Execution string
	plan.Event
}

// Make is the whole decision about an Instance, in order. It reads nothing but the world.
func Make(w *World) *Decision {
	d := &Decision{Inst: w.Inst.DeepCopy(), Barred: w.Barred, Objects: map[plan.Ref][]execution.Object{}}
	for _, e := range w.Executions {
		d.Executions = append(d.Executions, e.DeepCopy())
	}
	d.forget(w)
	d.Drift, d.Unhealthy = w.Drift, w.Unhealthy
	deleting := w.Inst.DeletionTimestamp != nil
	var ref *Refusal
	if !deleting {
		d.concludeTarget(w) // before the target changes, so that a spec that changes just then does not deploy again
		ref = d.retarget(w)
	}
	d.advance(w)
	if !deleting {
		d.concludeTarget(w) // what has just ended
	}
	if deleting {
		d.finalize(w)
	} else {
		d.enqueue()
		d.repair(w)
	}
	d.park(w.Now)
	d.conditions(ref)
	d.Expire = expired(d.Inst, d.Executions)
	d.Adopt = unowned(d.Executions)
	return d
}

// forget takes out of the inventory what is gone, and fills in what was learned of the rest.
func (d *Decision) forget(w *World) {
	kept := d.Inst.Status.Inventory[:0:0]
	for _, it := range d.Inst.Status.Inventory {
		if w.Gone[object.Recorded(it)] {
			continue
		}
		if uid, ok := w.UIDs[object.Recorded(it)]; ok {
			it.UID = uid
		}
		if f, ok := w.Fields[object.Recorded(it)]; ok {
			it.Fields = f
		}
		kept = append(kept, it)
	}
	d.Inst.Status.Inventory = kept
}

// retarget sets a new target when the spec asks for one and no execution is under way: a change that arrives meanwhile
// waits, and only the newest one counts.
func (d *Decision) retarget(w *World) *Refusal {
	if w.Refusal != nil {
		return w.Refusal
	}
	next, ref := Retarget(d.Inst, *w.Desire)
	if w.Active != nil && Begun(w.Active) {
		if d.restart = startsOver(w, next); !d.restart {
			d.Ahead = next != nil || ref != nil
			return nil
		}
	}
	if ref != nil {
		return ref
	}
	if next != nil {
		next.Sequence = max(next.Sequence, 1+d.lastSequence())
		d.Inst.Status.Target, d.Doomed = next, nil
	}
	return nil
}

// lastSequence is the last one for which there are executions: of an Instance that had the same name, which must not be taken for
// executions of this one, and of targets that never came to be. One that has not ended may be for the target that is next.
func (d *Decision) lastSequence() int64 {
	var last int64
	for _, e := range d.Executions {
		if metav1.IsControlledBy(e, d.Inst) && !e.Status.State.Terminal() {
			continue
		}
		last = max(last, targetOf(e), e.Status.TargetSequence)
	}
	return last
}

// advance asks the state machine about the active execution.
func (d *Decision) advance(w *World) {
	d.Inst.Status.ActiveExecution = ""
	if w.Active == nil {
		return
	}
	e := d.Execution(w.Active.Name)
	if !Begun(e) && d.superseded(e) {
		return // park ends it
	}
	if w.RunRefusal != nil {
		d.refuse(e, w.RunRefusal, w.Now)
		return
	}
	e.Status.FrameworkVersion, e.Status.TargetSequence = w.Active.Status.FrameworkVersion, w.Active.Status.TargetSequence
	out := plan.Advance(plan.Input{
		Plan:   w.Run.Plan,
		Status: e.Status,
		Commands: plan.Commands{
			Cancel:  d.restart || e.Spec.Cancel || (w.Inst.DeletionTimestamp != nil && e.Spec.Plan != v1alpha1.PlanCleanup),
			Suspend: e.Spec.Suspend || w.Inst.Spec.Suspend,
			Retry:   e.Spec.Retry,
		},
		Observed:   w.Observed,
		Conditions: w.Run.Conditions(),
	}, w.Now)
	e.Status = out.Status
	d.Actions, d.RequeueAfter = out.Actions, out.RequeueAfter
	if len(w.Run.Plan.Rotates) > 0 && !e.Status.State.Terminal() {
		d.Inst.Status.Rotated = e.Name
	}
	if d.restart {
		e.Status.Reason, e.Status.Message = v1alpha1.ReasonSuperseded, "the spec has changed, and plan "+e.Spec.Plan+" starts over"
		out.Events = []plan.Event{{Reason: v1alpha1.ReasonSuperseded, Message: e.Status.Message}}
	}
	for _, ev := range out.Events {
		d.Events = append(d.Events, Event{e.Name, ev})
	}
	if !e.Status.State.Terminal() {
		d.Inst.Status.ActiveExecution = e.Name
	}
}

// refuse records why an execution cannot run. One that has not begun fails; one that has keeps what it knows.
func (d *Decision) refuse(e *v1alpha1.PlanExecution, why *Refusal, now time.Time) {
	missing := why.Reason == v1alpha1.ReasonFrameworkVersionNotFound || why.Reason == v1alpha1.ReasonFrameworkVersionInvalid
	if e.Spec.Cancel || d.Inst.DeletionTimestamp != nil && e.Spec.Plan != v1alpha1.PlanCleanup {
		end(e, v1alpha1.Cancelled, v1alpha1.ReasonCancelled, "cancelled; "+why.Message, now)
		return
	}
	if missing {
		if e.Status.State == "" {
			e.Status.State = v1alpha1.Pending
		}
		e.Status.Reason, e.Status.Message = why.Reason, why.Message
		d.Inst.Status.ActiveExecution = e.Name
		return
	}
	end(e, v1alpha1.Failed, why.Reason, why.Message, now)
	d.Events = append(d.Events, Event{e.Name, plan.Event{Warning: true, Reason: why.Reason, Message: why.Message}})
}

func end(e *v1alpha1.PlanExecution, s v1alpha1.State, reason, message string, now time.Time) {
	t := metav1.NewTime(now)
	e.Status.State, e.Status.Reason, e.Status.Message, e.Status.FinishedAt = s, reason, message, &t
}

// concludeTarget counts the plans of the target that have succeeded. Before a plan counts, what it no longer contains is pruned.
func (d *Decision) concludeTarget(w *World) {
	st := &d.Inst.Status
	t := st.Target
	if t == nil || int(t.Done) >= len(t.Plans) || w.TargetVersion == nil {
		return
	}
	e := latest(d.Executions, d.Inst, t, t.Plans[t.Done])
	if e == nil || e.Status.State != v1alpha1.Succeeded {
		return
	}
	if d.Doomed = stale(d.Inst, e, w.TargetVersion); len(d.Doomed) > 0 {
		return
	}
	if t.Done++; int(t.Done) < len(t.Plans) {
		return
	}
	st.LastApplied = &v1alpha1.AppliedSpec{FrameworkVersion: t.FrameworkVersion, ParametersDigest: t.ParametersDigest, Parameters: t.Parameters.DeepCopy(), Requires: t.Requires.DeepCopy()}
	run := execution.Run{Instance: d.Inst, Execution: e, Params: execution.Values(t.Parameters), Requires: execution.Values(t.Requires), Plan: &v1alpha1.Plan{Name: e.Spec.Plan}}
	if out, err := w.TargetProgram.Outputs(run.Inputs(plan.Ref{})); err == nil && len(out) > 0 {
		st.Outputs = execution.Raw(out)
	} else {
		st.Outputs = nil
	}
}

// enqueue makes the execution of the target's next plan.
func (d *Decision) enqueue() {
	t := d.Inst.Status.Target
	if t == nil || int(t.Done) >= len(t.Plans) || d.Inst.Spec.Suspend || latest(d.Executions, d.Inst, t, t.Plans[t.Done]) != nil {
		return
	}
	d.Create = newExecution(d.Inst, t.Plans[t.Done], t.Sequence)
}

func newExecution(inst *v1alpha1.Instance, planName string, sequence int64) *v1alpha1.PlanExecution {
	e := &v1alpha1.PlanExecution{Spec: v1alpha1.PlanExecutionSpec{Instance: inst.Name, Plan: planName}}
	e.Namespace, e.Name = inst.Namespace, executionName(inst, &v1alpha1.Target{Sequence: sequence}, planName)
	e.Labels = map[string]string{v1alpha1.LabelInstance: inst.Name, v1alpha1.LabelManagedBy: v1alpha1.ManagedBy, v1alpha1.LabelTarget: strconv.FormatInt(sequence, 10)}
	e.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(inst, v1alpha1.GroupVersion.WithKind("Instance"))}
	return e
}

// unowned lists the executions that would outlive their Instance. Those of an Instance that had the same name go with that.
func unowned(executions []*v1alpha1.PlanExecution) []*v1alpha1.PlanExecution {
	return slices.DeleteFunc(slices.Clone(executions), func(e *v1alpha1.PlanExecution) bool {
		return e.DeletionTimestamp != nil || slices.ContainsFunc(e.OwnerReferences, func(o metav1.OwnerReference) bool { return o.Kind == "Instance" })
	})
}

// finalize brings a deleted Instance to its end: the cleanup plan, then the objects in reverse order.
func (d *Decision) finalize(w *World) {
	if d.Inst.Spec.DeletionPolicy == v1alpha1.DeletionOrphan && d.Barred == "" {
		d.Orphan, d.Release = d.Inst.Status.Inventory, true
		return
	}
	if d.Dependents = w.Dependents; len(d.Dependents) > 0 || d.Inst.Status.ActiveExecution != "" || d.cleaning(w) {
		return
	}
	rest, data := parted(d.Inst)
	d.Orphan, d.Doomed = data, lastGroup(rest)
	d.Release = len(d.Doomed) == 0
}

// cleaning says whether the cleanup plan, if there is one and anything to clean up, still has to run. A failed one waits
// for a person, who retries or cancels it; cancelled, the deletion goes on without it. In a namespace that is ending
// nothing can run, so nothing is waited for.
func (d *Decision) cleaning(w *World) bool {
	t := d.Inst.Status.Target
	if t == nil || len(d.Inst.Status.Inventory) == 0 || w.TargetVersion == nil || w.TargetVersion.Spec.Plan(v1alpha1.PlanCleanup) == nil || w.NamespaceEnding {
		return false
	}
	e := d.Execution(executionName(d.Inst, t, v1alpha1.PlanCleanup))
	if e == nil {
		d.Create = newExecution(d.Inst, v1alpha1.PlanCleanup, t.Sequence)
		return true
	}
	return !e.Status.State.Terminal() || e.Status.State == v1alpha1.Failed && !e.Spec.Cancel
}

// parted is the inventory without, and with nothing but, what is kept when the Instance is deleted.
func parted(inst *v1alpha1.Instance) (rest, data []v1alpha1.InventoryItem) {
	for _, it := range inst.Status.Inventory {
		if inst.Spec.DeletionPolicy == v1alpha1.DeletionRetain && it.Group == "" && it.Kind == "PersistentVolumeClaim" {
			data = append(data, it)
			continue
		}
		rest = append(rest, it)
	}
	return rest, data
}

// lastGroup is what was applied last by one task, the newest object first.
func lastGroup(inventory []v1alpha1.InventoryItem) []v1alpha1.InventoryItem {
	var out []v1alpha1.InventoryItem
	for _, it := range slices.Backward(inventory) {
		if len(out) > 0 && it.Task != out[0].Task {
			break
		}
		out = append(out, it)
	}
	return out
}

// park says of every execution that waits why it waits, and ends those that will never run.
func (d *Decision) park(now time.Time) {
	for _, e := range d.Executions {
		if Begun(e) || e.Status.State.Terminal() || e.Name == d.Inst.Status.ActiveExecution {
			continue
		}
		st := &e.Status
		*st = v1alpha1.PlanExecutionStatus{State: v1alpha1.Pending}
		why := blocked(d.Inst, e)
		switch {
		case e.Spec.Cancel:
			end(e, v1alpha1.Cancelled, v1alpha1.ReasonCancelled, "cancelled before it began", now)
		case d.superseded(e):
			end(e, v1alpha1.Cancelled, v1alpha1.ReasonSuperseded, "the spec changed before it began", now)
		case why != nil && d.Inst.DeletionTimestamp != nil:
			end(e, v1alpha1.Cancelled, why.Reason, why.Message, now)
		case why != nil:
			st.Reason, st.Message = why.Reason, why.Message
		case e.Spec.Suspend || d.Inst.Spec.Suspend:
			st.State, st.Reason, st.Message = v1alpha1.Suspended, v1alpha1.ReasonSuspended, "suspended by request"
		default:
			st.Reason, st.Message = v1alpha1.ReasonWaitingForExecution, "waiting for its turn"
			if a := d.Inst.Status.ActiveExecution; a != "" {
				st.Message = fmt.Sprintf("waiting for execution %s", a)
			}
		}
	}
}

// superseded says whether the controller made an execution for a target that is no longer the target, or never became it.
func (d *Decision) superseded(e *v1alpha1.PlanExecution) bool {
	t := d.Inst.Status.Target
	if targetOf(e) == 0 || t == nil {
		return false
	}
	_, repair := e.Labels[v1alpha1.LabelRepair]
	return targetOf(e) != t.Sequence || !repair && e.Spec.Plan != v1alpha1.PlanCleanup && !slices.Contains(t.Plans, e.Spec.Plan)
}

func (d *Decision) Execution(name string) *v1alpha1.PlanExecution {
	for _, e := range d.Executions {
		if e.Name == name {
			return e
		}
	}
	return nil
}
