package decision

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

func TestConditionsSayTheOneThingThatMattersMost(t *testing.T) {
	ended := func(s v1alpha1.State) *v1alpha1.PlanExecution {
		e := executionOf("i-update-4", "update", s, 1)
		e.Status.TargetSequence, e.Status.Message = 4, "config/config: because"
		return e
	}
	changing := applied("v1", values{})
	changing.Target.Plans, changing.Target.Done = []string{"update"}, 0
	leaving := *changing.DeepCopy()
	leaving.Inventory = []v1alpha1.InventoryItem{{Kind: "ConfigMap", Name: "old", Task: "no more"}}
	failed := executionOf("i-cleanup-4", "cleanup", v1alpha1.Failed, 1)
	for name, tc := range map[string]struct {
		status     v1alpha1.InstanceStatus
		executions []*v1alpha1.PlanExecution
		edit       func(*World)
		want       string // ready, progressing, degraded and the reason
	}{
		"in force":                     {applied("v1", values{}), nil, func(*World) {}, "true false false Deployed"},
		"others have changed it":       {applied("v1", values{}), nil, func(w *World) { w.Drift = []string{"a is gone"} }, "true false true Drifted"},
		"a workload has fallen ill":    {applied("v1", values{}), nil, func(w *World) { w.Drift, w.Unhealthy = []string{"a is gone"}, []string{"b: 0 of 1 replicas ready"} }, "false false true Unhealthy"},
		"a backup runs":                {applied("v1", values{}), []*v1alpha1.PlanExecution{executionOf("b", "backup", v1alpha1.Running, 1)}, func(*World) {}, "true true false PlanRunning"},
		"a backup has failed":          {applied("v1", values{}), []*v1alpha1.PlanExecution{executionOf("b", "backup", v1alpha1.Failed, 1)}, func(*World) {}, "true false false Deployed"},
		"the plan is about to run":     {changing, nil, func(*World) {}, "false true false PlanPending"},
		"the plan runs":                {changing, []*v1alpha1.PlanExecution{ended(v1alpha1.Running)}, func(*World) {}, "false true false PlanRunning"},
		"the plan has failed":          {changing, []*v1alpha1.PlanExecution{ended(v1alpha1.Failed)}, func(*World) {}, "false false true PlanFailed"},
		"the plan was cancelled":       {changing, []*v1alpha1.PlanExecution{ended(v1alpha1.Cancelled)}, func(*World) {}, "false false true PlanCancelled"},
		"what is left over is deleted": {leaving, []*v1alpha1.PlanExecution{ended(v1alpha1.Succeeded)}, func(*World) {}, "false true false Pruning"},
		"suspended before the plan":    {changing, nil, func(w *World) { w.Inst.Spec.Suspend = true }, "false false false Suspended"},
		"a wrong parameter":            {applied("v1", values{}), nil, func(w *World) { w.Desire, w.Refusal = nil, &Refusal{Reason: "InvalidParameters"} }, "false false true InvalidParameters"},
		"something that will come":     {applied("v1", values{}), nil, func(w *World) { w.Desire, w.Refusal = nil, &Refusal{Reason: "RequirementNotMet", Waits: true} }, "false true false RequirementNotMet"},
		"it is being deleted":          {applied("v1", values{}), nil, func(w *World) { deleted(w) }, "false true false Deleting"},
		"its cleanup has failed":       {leaving, []*v1alpha1.PlanExecution{failed}, func(w *World) { deleted(w) }, "false false true PlanFailed"},
	} {
		w := worldOf(t, tc.status, values{}, tc.executions...)
		tc.edit(w)
		st := deciding(w).Inst.Status
		is := func(kind string) bool { return meta.IsStatusConditionTrue(st.Conditions, kind) }
		got := fmt.Sprintf("%v %v %v %s", is(v1alpha1.ConditionReady), is(v1alpha1.ConditionProgressing), is(v1alpha1.ConditionDegraded), st.Conditions[0].Reason)
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
