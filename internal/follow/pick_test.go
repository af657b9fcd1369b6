package follow

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

func TestWhichExecutionACommandIsFor(t *testing.T) {
	e := func(name string, s v1alpha1.State) v1alpha1.PlanExecution {
		out := v1alpha1.PlanExecution{Status: v1alpha1.PlanExecutionStatus{State: s}}
		if out.Name = name; s != "" && s != v1alpha1.Pending {
			out.Status.Phases = []v1alpha1.PhaseStatus{{}}
		}
		if s == v1alpha1.Cancelled {
			out.Status.Reason = v1alpha1.ReasonCancelled
		}
		return out
	}
	inst := &v1alpha1.Instance{Status: v1alpha1.InstanceStatus{ActiveExecution: "b"}}
	for name, tc := range map[string]struct {
		all           []v1alpha1.PlanExecution
		cancel, retry string
	}{
		"none has been made":               {nil, "no plan runs or waits", "no plan has run"},
		"one runs, and an older one waits": {[]v1alpha1.PlanExecution{e("a", ""), e("b", v1alpha1.Running)}, "b", "there is nothing to retry: execution b is running; --execution names another one"},
		"one waits":                        {[]v1alpha1.PlanExecution{e("a", v1alpha1.Failed), e("c", "")}, "c", "there is nothing to retry: execution c is pending; --execution names another one"},
		"the last one failed":              {[]v1alpha1.PlanExecution{e("a", v1alpha1.Succeeded), e("c", v1alpha1.Failed)}, "no plan runs or waits: execution c has failed", "c"},
		"the last one was cancelled":       {[]v1alpha1.PlanExecution{e("c", v1alpha1.Cancelled)}, "no plan runs or waits: execution c is cancelled", "c"},
		"the last one succeeded":           {[]v1alpha1.PlanExecution{e("a", v1alpha1.Failed), e("c", v1alpha1.Succeeded)}, "no plan runs or waits: execution c has succeeded", "there is nothing to retry: execution c has succeeded; --execution names another one"},
	} {
		picked := func(e *v1alpha1.PlanExecution, why string) string {
			if e != nil {
				return e.Name
			}
			return why
		}
		if diff := cmp.Diff([]string{tc.cancel, tc.retry}, []string{picked(RunsOrWaits(inst, tc.all)), picked(Stopped(inst, tc.all))}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
