package runtime

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// condition is a verdict on an Instance.
type condition struct {
	ready, progressing, degraded bool
	reason, message              string
}

// conditions derives the three conditions of the Instance. They carry no times and no counters, so they do not flap.
func (d *decision) conditions(ref *refusal) {
	c := d.verdict(ref)
	st := &d.inst.Status
	st.ObservedGeneration = d.inst.Generation
	set := func(kind string, on bool) {
		s := metav1.ConditionFalse
		if on {
			s = metav1.ConditionTrue
		}
		meta.SetStatusCondition(&st.Conditions, metav1.Condition{
			Type: kind, Status: s, Reason: c.reason, Message: c.message, ObservedGeneration: d.inst.Generation,
		})
	}
	set(v1alpha1.ConditionReady, c.ready)
	set(v1alpha1.ConditionProgressing, c.progressing)
	set(v1alpha1.ConditionDegraded, c.degraded)
}

// verdict finds the one thing that matters most.
func (d *decision) verdict(ref *refusal) condition {
	st := &d.inst.Status
	if d.inst.DeletionTimestamp != nil {
		return d.deletion()
	}
	if ref != nil && ref.waits {
		return condition{progressing: true, reason: ref.reason, message: ref.message}
	}
	if ref != nil {
		return condition{degraded: true, reason: ref.reason, message: ref.message}
	}
	t := st.Target
	if t == nil {
		return condition{progressing: true, reason: v1alpha1.ReasonPlanPending, message: "about to deploy"}
	}
	inForce := int(t.Done) >= len(t.Plans)
	if inForce && d.ahead {
		return condition{progressing: true, reason: v1alpha1.ReasonPlanPending, message: "the spec has changed: waiting for the execution that runs"}
	}
	if inForce {
		c := condition{ready: true, reason: v1alpha1.ReasonDeployed, message: fmt.Sprintf("%s is in force", t.FrameworkVersion)}
		if a := d.execution(st.ActiveExecution); a != nil {
			c.progressing, c.reason, c.message = true, v1alpha1.ReasonPlanRunning, fmt.Sprintf("plan %s runs", a.Spec.Plan)
		} else if len(d.drift) > 0 {
			c.degraded, c.reason, c.message = true, v1alpha1.ReasonDrifted, driftMessage(d.drift)
		}
		return c
	}
	name := t.Plans[t.Done]
	e := latest(d.executions, d.inst, t, name)
	switch {
	case len(d.doomed) > 0 && d.barred != "":
		return condition{degraded: true, reason: v1alpha1.ReasonPruning, message: "cannot delete what the spec no longer contains: " + d.barred}
	case len(d.doomed) > 0:
		return condition{progressing: true, reason: v1alpha1.ReasonPruning, message: fmt.Sprintf("deleting what the spec no longer contains: %s/%s", d.doomed[0].Kind, d.doomed[0].Name)}
	case e != nil && e.Status.State == v1alpha1.Failed:
		return condition{degraded: true, reason: v1alpha1.ReasonPlanFailed, message: fmt.Sprintf("plan %s failed: %s", name, e.Status.Message)}
	case e != nil && e.Status.State == v1alpha1.Cancelled:
		return condition{degraded: true, reason: v1alpha1.ReasonPlanCancelled, message: fmt.Sprintf("plan %s was cancelled: create an execution of it, or change the spec", name)}
	case d.inst.Spec.Suspend:
		return condition{reason: v1alpha1.ReasonSuspended, message: "suspended by request"}
	case e != nil && e.Name == st.ActiveExecution:
		return condition{progressing: true, reason: v1alpha1.ReasonPlanRunning, message: fmt.Sprintf("plan %s runs", name)}
	}
	return condition{progressing: true, reason: v1alpha1.ReasonPlanPending, message: fmt.Sprintf("plan %s is about to run", name)}
}

// deletion says how far the deletion is.
func (d *decision) deletion() condition {
	t := d.inst.Status.Target
	if t != nil {
		e := d.execution(executionName(d.inst, t, v1alpha1.PlanCleanup))
		if e != nil && e.Status.State == v1alpha1.Failed && !e.Spec.Cancel {
			return condition{degraded: true, reason: v1alpha1.ReasonPlanFailed, message: fmt.Sprintf(
				"plan cleanup failed: %s; raise spec.retry of execution %s, or cancel it to go on without it, or set spec.deletionPolicy to Orphan", e.Status.Message, e.Name)}
		}
	}
	if d.barred != "" && d.inst.Status.ActiveExecution == "" {
		return condition{degraded: true, reason: v1alpha1.ReasonDeleting, message: "cannot delete its objects: " + d.barred}
	}
	message := "deleting its objects"
	if len(d.dependents) > 0 {
		message = "waiting for the deletion of what requires it: " + strings.Join(d.dependents, ", ")
	} else if a := d.inst.Status.ActiveExecution; a != "" {
		message = "waiting for execution " + a
	} else if len(d.doomed) > 0 {
		message = fmt.Sprintf("waiting for %s/%s to be gone", d.doomed[0].Kind, d.doomed[0].Name)
	}
	return condition{progressing: true, reason: v1alpha1.ReasonDeleting, message: message}
}
