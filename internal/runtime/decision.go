package runtime

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/runtime/execution"
	"github.com/kudoc/kudoc/internal/runtime/object"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

// decision is what one reconcile changes.
type decision struct {
	// inst and executions carry the next statuses.
	inst       *v1alpha1.Instance
	executions []*v1alpha1.PlanExecution
	// create is an execution to make.
	create *v1alpha1.PlanExecution
	// actions belong to the active execution; objects are what they start with, by task.
	actions []plan.Action
	objects map[plan.Ref][]*unstructured.Unstructured
	// doomed are objects to delete; orphan are objects to let go of; barred says why they cannot be.
	doomed, orphan []v1alpha1.InventoryItem
	barred         string
	// drift says what others have changed of what is in force.
	drift []string
	// dependents are Instances that have to go before this one.
	dependents []string
	// expire are executions to delete.
	expire []*v1alpha1.PlanExecution
	// ahead says that the spec asks for something else than the target, and waits for the active execution.
	ahead bool
	// events are about the execution of that name, or about the Instance if it is empty.
	events []event
	// release lets a deleted Instance go.
	release      bool
	requeueAfter time.Duration
}

type event struct {
	execution string
	plan.Event
}

// decide is the whole decision about an Instance, in order. It reads nothing but the world.
func decide(w *world) *decision {
	d := &decision{inst: w.inst.DeepCopy(), barred: w.barred, objects: map[plan.Ref][]*unstructured.Unstructured{}}
	for _, e := range w.executions {
		d.executions = append(d.executions, e.DeepCopy())
	}
	d.forget(w)
	d.drift = w.drift
	deleting := w.inst.DeletionTimestamp != nil
	var ref *refusal
	if !deleting {
		d.concludeTarget(w) // before the target changes, so that a spec that changes just then does not deploy again
		ref = d.retarget(w)
	}
	d.advance(w)
	if deleting {
		d.finalize(w)
	} else {
		d.enqueue()
	}
	d.park(w.now)
	d.conditions(ref)
	d.expire = expired(d.inst, d.executions)
	return d
}

// forget takes out of the inventory what is gone, and fills in what was learned of the rest.
func (d *decision) forget(w *world) {
	kept := d.inst.Status.Inventory[:0:0]
	for _, it := range d.inst.Status.Inventory {
		if w.gone[object.Recorded(it)] {
			continue
		}
		if uid, ok := w.uids[object.Recorded(it)]; ok {
			it.UID = uid
		}
		if f, ok := w.fields[object.Recorded(it)]; ok {
			it.Fields = f
		}
		kept = append(kept, it)
	}
	d.inst.Status.Inventory = kept
}

// retarget sets a new target when the spec asks for one and no execution is under way: a change that arrives meanwhile
// waits, and only the newest one counts.
func (d *decision) retarget(w *world) *refusal {
	if w.refusal != nil {
		return w.refusal
	}
	next, ref := retarget(d.inst, *w.desire)
	if w.active != nil && begun(w.active) {
		d.ahead = next != nil || ref != nil
		return nil
	}
	if ref != nil {
		return ref
	}
	if next != nil {
		if d.inst.Status.Target == nil {
			next.Sequence = 1 + d.lastSequence()
		}
		d.inst.Status.Target, d.doomed = next, nil
	}
	return nil
}

// lastSequence is that of the last target of an Instance that had the same name, if its executions are still there: they
// must not be taken for executions of this one.
func (d *decision) lastSequence() int64 {
	var last int64
	for _, e := range d.executions {
		n, err := strconv.ParseInt(e.Labels[v1alpha1.LabelTarget], 10, 64)
		if err != nil {
			n = 0 // a person made it
		}
		last = max(last, n, e.Status.TargetSequence)
	}
	return last
}

// advance asks the state machine about the active execution.
func (d *decision) advance(w *world) {
	d.inst.Status.ActiveExecution = ""
	if w.active == nil {
		return
	}
	e := d.execution(w.active.Name)
	if !begun(e) && d.superseded(e) {
		return // park ends it
	}
	if w.runRefusal != nil {
		d.refuse(e, w.runRefusal, w.now)
		return
	}
	e.Status.FrameworkVersion, e.Status.TargetSequence = w.active.Status.FrameworkVersion, w.active.Status.TargetSequence
	out := plan.Advance(plan.Input{
		Plan:   w.run.Plan,
		Status: e.Status,
		Commands: plan.Commands{
			Cancel:  e.Spec.Cancel || (w.inst.DeletionTimestamp != nil && e.Spec.Plan != v1alpha1.PlanCleanup),
			Suspend: e.Spec.Suspend || w.inst.Spec.Suspend,
			Retry:   e.Spec.Retry,
		},
		Observed:   w.observed,
		Conditions: w.run.Conditions(),
	}, w.now)
	e.Status = out.Status
	d.actions, d.requeueAfter = out.Actions, out.RequeueAfter
	for _, ev := range out.Events {
		d.events = append(d.events, event{e.Name, ev})
	}
	if !e.Status.State.Terminal() {
		d.inst.Status.ActiveExecution = e.Name
	}
}

// refuse records why an execution cannot run. One that has not begun fails; one that has keeps what it knows.
func (d *decision) refuse(e *v1alpha1.PlanExecution, why *refusal, now time.Time) {
	missing := why.reason == v1alpha1.ReasonFrameworkVersionNotFound || why.reason == v1alpha1.ReasonFrameworkVersionInvalid
	if e.Spec.Cancel || d.inst.DeletionTimestamp != nil && e.Spec.Plan != v1alpha1.PlanCleanup {
		end(e, v1alpha1.Cancelled, v1alpha1.ReasonCancelled, "cancelled; "+why.message, now)
		return
	}
	if missing {
		if e.Status.State == "" {
			e.Status.State = v1alpha1.Pending
		}
		e.Status.Reason, e.Status.Message = why.reason, why.message
		d.inst.Status.ActiveExecution = e.Name
		return
	}
	end(e, v1alpha1.Failed, why.reason, why.message, now)
	d.events = append(d.events, event{e.Name, plan.Event{Warning: true, Reason: why.reason, Message: why.message}})
}

func end(e *v1alpha1.PlanExecution, s v1alpha1.State, reason, message string, now time.Time) {
	t := metav1.NewTime(now)
	e.Status.State, e.Status.Reason, e.Status.Message, e.Status.FinishedAt = s, reason, message, &t
}

// concludeTarget counts the plans of the target that are on record as succeeded: an Instance is never ahead of its
// executions. Before a plan counts, what it no longer contains is pruned.
func (d *decision) concludeTarget(w *world) {
	st := &d.inst.Status
	t := st.Target
	if t == nil || int(t.Done) >= len(t.Plans) || w.targetVersion == nil {
		return
	}
	e := latest(w.executions, d.inst, t, t.Plans[t.Done])
	if e == nil || e.Status.State != v1alpha1.Succeeded {
		return
	}
	if d.doomed = stale(d.inst, e, w.targetVersion); len(d.doomed) > 0 {
		return
	}
	if t.Done++; int(t.Done) < len(t.Plans) {
		return
	}
	st.LastApplied = &v1alpha1.AppliedSpec{FrameworkVersion: t.FrameworkVersion, ParametersDigest: t.ParametersDigest, Parameters: t.Parameters.DeepCopy(), Requires: t.Requires.DeepCopy()}
	run := execution.Run{Instance: d.inst, Execution: e, Params: execution.Values(t.Parameters), Requires: execution.Values(t.Requires), Plan: &v1alpha1.Plan{Name: e.Spec.Plan}}
	if out, err := w.targetProgram.Outputs(run.Inputs(plan.Ref{})); err == nil && len(out) > 0 {
		st.Outputs = raw(out)
	} else {
		st.Outputs = nil
	}
}

// enqueue makes the execution of the target's next plan.
func (d *decision) enqueue() {
	t := d.inst.Status.Target
	if t == nil || int(t.Done) >= len(t.Plans) || d.inst.Spec.Suspend || latest(d.executions, d.inst, t, t.Plans[t.Done]) != nil {
		return
	}
	d.create = newExecution(d.inst, t.Plans[t.Done], t.Sequence)
}

func newExecution(inst *v1alpha1.Instance, planName string, sequence int64) *v1alpha1.PlanExecution {
	e := &v1alpha1.PlanExecution{Spec: v1alpha1.PlanExecutionSpec{Instance: inst.Name, Plan: planName}}
	e.Namespace, e.Name = inst.Namespace, executionName(inst, &v1alpha1.Target{Sequence: sequence}, planName)
	e.Labels = map[string]string{v1alpha1.LabelInstance: inst.Name, v1alpha1.LabelManagedBy: v1alpha1.ManagedBy, v1alpha1.LabelTarget: strconv.FormatInt(sequence, 10)}
	e.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(inst, v1alpha1.GroupVersion.WithKind("Instance"))}
	return e
}

// finalize brings a deleted Instance to its end: the cleanup plan, then the objects in reverse order.
func (d *decision) finalize(w *world) {
	if d.inst.Spec.DeletionPolicy == v1alpha1.DeletionOrphan && d.barred == "" {
		d.orphan, d.release = d.inst.Status.Inventory, true
		return
	}
	if d.dependents = w.dependents; len(d.dependents) > 0 || d.inst.Status.ActiveExecution != "" || d.cleaning(w) {
		return
	}
	rest, data := parted(d.inst)
	d.orphan, d.doomed = data, lastGroup(rest)
	d.release = len(d.doomed) == 0
}

// cleaning says whether the cleanup plan, if there is one and anything to clean up, still has to run. A failed one waits
// for a person, who retries or cancels it; cancelled, the deletion goes on without it. In a namespace that is ending
// nothing can run, so nothing is waited for.
func (d *decision) cleaning(w *world) bool {
	t := d.inst.Status.Target
	if t == nil || len(d.inst.Status.Inventory) == 0 || w.targetVersion == nil || w.targetVersion.Spec.Plan(v1alpha1.PlanCleanup) == nil || w.namespaceEnding {
		return false
	}
	e := d.execution(executionName(d.inst, t, v1alpha1.PlanCleanup))
	if e == nil {
		d.create = newExecution(d.inst, v1alpha1.PlanCleanup, t.Sequence)
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
func (d *decision) park(now time.Time) {
	for _, e := range d.executions {
		if begun(e) || e.Status.State.Terminal() || e.Name == d.inst.Status.ActiveExecution {
			continue
		}
		st := &e.Status
		*st = v1alpha1.PlanExecutionStatus{State: v1alpha1.Pending}
		why := blocked(d.inst, e)
		switch {
		case e.Spec.Cancel:
			end(e, v1alpha1.Cancelled, v1alpha1.ReasonCancelled, "cancelled before it began", now)
		case d.superseded(e):
			end(e, v1alpha1.Cancelled, v1alpha1.ReasonSuperseded, "the spec changed before it began", now)
		case why != nil && d.inst.DeletionTimestamp != nil:
			end(e, v1alpha1.Cancelled, why.reason, why.message, now)
		case why != nil:
			st.Reason, st.Message = why.reason, why.message
		case e.Spec.Suspend || d.inst.Spec.Suspend:
			st.State, st.Reason, st.Message = v1alpha1.Suspended, v1alpha1.ReasonSuspended, "suspended by request"
		default:
			st.Reason, st.Message = v1alpha1.ReasonWaitingForExecution, "waiting for its turn"
			if a := d.inst.Status.ActiveExecution; a != "" {
				st.Message = fmt.Sprintf("waiting for execution %s", a)
			}
		}
	}
}

// superseded says whether the controller made an execution for a target that is no longer the target.
func (d *decision) superseded(e *v1alpha1.PlanExecution) bool {
	s, ok := e.Labels[v1alpha1.LabelTarget]
	return ok && d.inst.Status.Target != nil && s != strconv.FormatInt(d.inst.Status.Target.Sequence, 10)
}

func (d *decision) execution(name string) *v1alpha1.PlanExecution {
	for _, e := range d.executions {
		if e.Name == name {
			return e
		}
	}
	return nil
}

// doomed lists what the gather should look for: objects that were, or are about to be, deleted.
func doomed(w *world) []v1alpha1.InventoryItem {
	if w.inst.DeletionTimestamp != nil {
		rest, _ := parted(w.inst)
		return lastGroup(rest)
	}
	t := w.inst.Status.Target
	if t == nil || int(t.Done) >= len(t.Plans) || w.targetVersion == nil {
		return nil
	}
	e := latest(w.executions, w.inst, t, t.Plans[t.Done])
	if e == nil || e.Status.State != v1alpha1.Succeeded {
		return nil
	}
	return stale(w.inst, e, w.targetVersion)
}
