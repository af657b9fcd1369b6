package decision

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/runtime/execution"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

// madeFor is an execution that the controller made for a target.
func madeFor(w *World, sequence, plan string, state v1alpha1.State) *v1alpha1.PlanExecution {
	e := executionOf("i-"+plan+"-"+sequence, plan, state, 1)
	e.Labels = map[string]string{v1alpha1.LabelTarget: sequence}
	e.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(w.Inst, v1alpha1.GroupVersion.WithKind("Instance"))}
	return e
}

// An execution is made before its target is on record.
func TestWhatBecomesOfAnExecutionWhoseTargetIsNotOnRecord(t *testing.T) {
	running := executionOf("r", "backup", v1alpha1.Running, 2)
	for name, tc := range map[string]struct {
		want           values
		sequence, plan string
		state          v1alpha1.State // of the execution before
		others         []*v1alpha1.PlanExecution
		target         int64
		made, reason   string
		becomes        v1alpha1.State
	}{
		"the spec still asks for it, so it is taken":        {want: values{"a": "2"}, sequence: "5", plan: "update", target: 5, becomes: v1alpha1.Pending, reason: v1alpha1.ReasonWaitingForExecution},
		"the spec asks for another plan by now":             {want: values{"b": "2"}, sequence: "5", plan: "update", target: 5, made: "i-scale-5", becomes: v1alpha1.Cancelled, reason: v1alpha1.ReasonSuperseded},
		"the spec is again what it was":                     {want: values{}, sequence: "5", plan: "update", target: 4, becomes: v1alpha1.Cancelled, reason: v1alpha1.ReasonSuperseded},
		"another one runs by now, so its time is over":      {want: values{"a": "2"}, sequence: "5", plan: "update", others: []*v1alpha1.PlanExecution{running}, target: 4, becomes: v1alpha1.Cancelled, reason: v1alpha1.ReasonSuperseded},
		"it was cancelled for that, so its number is spent": {want: values{"a": "2"}, sequence: "5", plan: "update", state: v1alpha1.Cancelled, target: 6, made: "i-update-6", becomes: v1alpha1.Cancelled},
	} {
		w := worldOf(t, applied("v1", values{}), tc.want)
		w.Inst.UID = "u"
		e := madeFor(w, tc.sequence, tc.plan, tc.state)
		w.Executions = append(tc.others, e)
		if w.Active = Active(w.Inst, w.Executions); w.Active == e {
			t.Errorf("%s: it begins with what is in force", name)
		}
		d := deciding(w)
		made := ""
		if d.Create != nil {
			made = d.Create.Name
		}
		if made != tc.made || d.Inst.Status.Target.Sequence != tc.target {
			t.Errorf("%s: target %d, %q is made", name, d.Inst.Status.Target.Sequence, made)
		}
		if got := d.Execution(e.Name).Status; got.State != tc.becomes || got.Reason != tc.reason {
			t.Errorf("%s: it is %s, %s", name, got.State, got.Reason)
		}
	}
}

// The end of an execution is on record before its Instance counts it.
func TestAnInstanceCountsAnExecutionAsItEndsOrAfterACrashInBetween(t *testing.T) {
	w := worldOf(t, applied("v1", values{}), values{})
	w.Inst.UID, w.Inst.Status.LastApplied, w.Inst.Status.Target.Done, w.Inst.Status.ActiveExecution = "u", nil, 0, "i-deploy-4"
	w.Inst.Status.Inventory = []v1alpha1.InventoryItem{{Kind: "ConfigMap", Name: "i", Task: "config", Execution: "e"}, {Kind: "Secret", Name: "i", Task: "failed", Execution: "e", Fields: "f"}}
	e := madeFor(w, "4", "deploy", v1alpha1.Running)
	step := v1alpha1.StepStatus{Name: "s", State: v1alpha1.Running, Tasks: []v1alpha1.TaskStatus{{Name: "config", State: v1alpha1.Running}}}
	e.UID, e.Status.Phases = "e", []v1alpha1.PhaseStatus{{Name: "p", Steps: []v1alpha1.StepStatus{step}}}
	w.Executions, w.Active, w.RunRefusal = []*v1alpha1.PlanExecution{e}, e, nil
	w.Run = &execution.Run{Instance: w.Inst, Execution: e, Version: w.TargetVersion, Program: w.TargetProgram, Plan: &v1alpha1.Plan{
		Name: "deploy", Phases: []v1alpha1.Phase{{Name: "p", Steps: []v1alpha1.Step{{Name: "s", Tasks: []string{"config"}}}}},
	}}
	w.Observed = map[plan.Ref]plan.Observation{{Phase: "p", Step: "s", Task: "config"}: {Progress: plan.Done}}
	if got := Unseen(w); len(got) > 0 {
		t.Errorf("while it runs, %v is looked at again", got)
	}
	d := deciding(w)
	if d.Execution(e.Name).Status.State != v1alpha1.Succeeded || d.Inst.Status.Target.Done != 1 || d.Inst.Status.LastApplied == nil {
		t.Errorf("it is %s, %d plans are done", d.Execution(e.Name).Status.State, d.Inst.Status.Target.Done)
	}

	w.Executions, w.Active, w.Run = []*v1alpha1.PlanExecution{d.Execution(e.Name)}, nil, nil
	if diff := cmp.Diff([]v1alpha1.InventoryItem{w.Inst.Status.Inventory[0]}, Unseen(w)); diff != "" {
		t.Errorf("what is looked at again after a crash (-want +got):\n%s", diff)
	}
	d = deciding(w)
	if d.Inst.Status.Target.Done != 1 || d.Inst.Status.LastApplied == nil {
		t.Errorf("after a crash %d plans are done", d.Inst.Status.Target.Done)
	}
	if w.Inst = d.Inst; len(Unseen(w)) > 0 {
		t.Errorf("when that is on record, %v is looked at once more", Unseen(w))
	}
}

func TestWhichExecutionsAreMadeToGoWithTheirInstance(t *testing.T) {
	w := worldOf(t, applied("v1", values{}), values{})
	byHand, going := executionOf("mine", "backup", v1alpha1.Succeeded, 3), executionOf("going", "backup", v1alpha1.Succeeded, 2)
	going.DeletionTimestamp = &metav1.Time{Time: then}
	w.Executions = []*v1alpha1.PlanExecution{madeFor(w, "4", "deploy", v1alpha1.Succeeded), byHand, going}
	var got []string
	for _, e := range deciding(w).Adopt {
		got = append(got, e.Name)
	}
	if diff := cmp.Diff([]string{"mine"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
