package decision

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// maxMessage bounds the message of a condition; Kubernetes takes 32 kB, and refuses the whole status otherwise.
const maxMessage = 4096

// condition is a verdict on an Instance.
type condition struct {
	ready, progressing, degraded bool
	reason, message              string
}

// conditions derives the three conditions of the Instance. They carry no times and no counters, so they do not flap.
func (d *Decision) conditions(ref *Refusal) {
	c := d.verdict(ref)
	if len(c.message) > maxMessage {
		c.message = strings.ToValidUTF8(c.message[:maxMessage], "") + "…"
	}
	st := &d.Inst.Status
	st.ObservedGeneration = d.Inst.Generation
	set := func(kind string, on bool) {
		s := metav1.ConditionFalse
		if on {
			s = metav1.ConditionTrue
		}
		meta.SetStatusCondition(&st.Conditions, metav1.Condition{
			Type: kind, Status: s, Reason: c.reason, Message: c.message, ObservedGeneration: d.Inst.Generation,
		})
	}
	set(v1alpha1.ConditionReady, c.ready)
	set(v1alpha1.ConditionProgressing, c.progressing)
	set(v1alpha1.ConditionDegraded, c.degraded)
}

// verdict finds the one thing that matters most.
func (d *Decision) verdict(ref *Refusal) condition {
	st := &d.Inst.Status
	if d.Inst.DeletionTimestamp != nil {
		return d.deletion()
	}
	if ref != nil && ref.Waits {
		return condition{progressing: true, reason: ref.Reason, message: ref.Message}
	}
	if ref != nil {
		return condition{degraded: true, reason: ref.Reason, message: ref.Message}
	}
	t := st.Target
	if t == nil {
		return condition{progressing: true, reason: v1alpha1.ReasonPlanPending, message: "about to deploy"}
	}
	inForce := int(t.Done) >= len(t.Plans)
	if inForce && d.Ahead {
		return condition{progressing: true, reason: v1alpha1.ReasonPlanPending, message: "the spec has changed: waiting for the execution that runs"}
	}
	if inForce {
		c := condition{ready: true, reason: v1alpha1.ReasonDeployed, message: fmt.Sprintf("%s is in force", t.FrameworkVersion)}
		if a := d.Execution(st.ActiveExecution); a != nil {
			c.progressing, c.reason, c.message = true, v1alpha1.ReasonPlanRunning, fmt.Sprintf("plan %s runs", a.Spec.Plan)
		} else if len(d.Unhealthy) > 0 {
			c.ready, c.degraded, c.reason, c.message = false, true, v1alpha1.ReasonUnhealthy, several(append(slices.Clone(d.Unhealthy), d.Drift...))
		} else if len(d.Drift) > 0 {
			c.degraded, c.reason, c.message = true, v1alpha1.ReasonDrifted, driftMessage(d.Drift)
		}
		return c
	}
	name := t.Plans[t.Done]
	e := latest(d.Executions, d.Inst, t, name)
	switch {
	case len(d.Doomed) > 0 && d.Barred != "":
		return condition{degraded: true, reason: v1alpha1.ReasonPruning, message: "cannot delete what the spec no longer contains: " + d.Barred}
	case len(d.Doomed) > 0:
		return condition{progressing: true, reason: v1alpha1.ReasonPruning, message: fmt.Sprintf("deleting what the spec no longer contains: %s/%s", d.Doomed[0].Kind, d.Doomed[0].Name)}
	case e != nil && e.Status.State == v1alpha1.Failed:
		return condition{degraded: true, reason: v1alpha1.ReasonPlanFailed, message: fmt.Sprintf("plan %s failed: %s", name, e.Status.Message)}
	case e != nil && e.Status.State == v1alpha1.Cancelled:
		return condition{degraded: true, reason: v1alpha1.ReasonPlanCancelled, message: fmt.Sprintf("plan %s was cancelled: go on with 'kudoc retry', which sets spec.cancel of execution %s to false and raises its spec.retry; or change the spec", name, e.Name)}
	case d.Inst.Spec.Suspend:
		return condition{reason: v1alpha1.ReasonSuspended, message: "suspended by request"}
	case e != nil && e.Name == st.ActiveExecution:
		return condition{progressing: true, reason: v1alpha1.ReasonPlanRunning, message: fmt.Sprintf("plan %s runs", name)}
	}
	return condition{progressing: true, reason: v1alpha1.ReasonPlanPending, message: fmt.Sprintf("plan %s is about to run", name)}
}

// deletion says how far the deletion is.
func (d *Decision) deletion() condition {
	t := d.Inst.Status.Target
	if t != nil {
		e := d.Execution(executionName(d.Inst, t, v1alpha1.PlanCleanup))
		if e != nil && e.Status.State == v1alpha1.Failed && !e.Spec.Cancel {
			return condition{degraded: true, reason: v1alpha1.ReasonPlanFailed, message: fmt.Sprintf(
				"plan cleanup failed: %s; raise spec.retry of execution %s, or cancel it to go on without it, or set spec.deletionPolicy to Orphan", e.Status.Message, e.Name)}
		}
	}
	if d.Barred != "" && d.Inst.Status.ActiveExecution == "" {
		return condition{degraded: true, reason: v1alpha1.ReasonDeleting, message: "cannot delete its objects: " + d.Barred}
	}
	message := "deleting its objects"
	if len(d.Dependents) > 0 {
		message = "waiting for the deletion of what requires it: " + strings.Join(d.Dependents, ", ")
	} else if a := d.Inst.Status.ActiveExecution; a != "" {
		message = "waiting for execution " + a
	} else if len(d.Doomed) > 0 {
		message = fmt.Sprintf("waiting for %s/%s to be gone", d.Doomed[0].Kind, d.Doomed[0].Name)
	}
	return condition{progressing: true, reason: v1alpha1.ReasonDeleting, message: message}
}

// maxNamed is how many objects a message names.
const maxNamed = 3

// several puts what is to be said of several objects in one text.
func several(about []string) string {
	shown := about[:min(len(about), maxNamed)]
	text := strings.Join(shown, "; ")
	if more := len(about) - len(shown); more > 0 {
		text += fmt.Sprintf("; and %d more", more)
	}
	return text
}

// driftMessage is what has drifted, for a condition.
func driftMessage(drift []string) string {
	return several(drift) + ": 'kudoc diff' shows how; change back what others have changed, then run plan deploy"
}
