package decision

import (
	"strconv"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

func TestWhenDriftIsRepaired(t *testing.T) {
	repaired := func(n int, ago time.Duration) *v1alpha1.PlanExecution {
		e := executionOf("i-repair-4-"+strconv.Itoa(n), "deploy", v1alpha1.Succeeded, 10-n)
		e.Labels = map[string]string{v1alpha1.LabelTarget: "4", v1alpha1.LabelRepair: strconv.Itoa(n)}
		e.Status.FinishedAt = &metav1.Time{Time: then.Add(-ago)}
		return e
	}
	drift := []string{"ConfigMap/a was changed"}
	for name, tc := range map[string]struct {
		drift             []string
		framework, policy v1alpha1.DriftPolicy
		plans             []string
		before            []*v1alpha1.PlanExecution
		suspended         bool
		want              string // name and plan of the execution
		wait              time.Duration
	}{
		"the framework wants it":                   {drift: drift, framework: v1alpha1.DriftRepair, want: "i-repair-4-1 deploy"},
		"the instance wants it":                    {drift: drift, policy: v1alpha1.DriftRepair, want: "i-repair-4-1 deploy"},
		"the instance does not want it":            {drift: drift, framework: v1alpha1.DriftRepair, policy: v1alpha1.DriftReport},
		"nobody wants it":                          {drift: drift},
		"nothing has drifted":                      {policy: v1alpha1.DriftRepair},
		"there is a plan for it":                   {drift: drift, policy: v1alpha1.DriftRepair, plans: []string{"repair"}, want: "i-repair-4-1 repair"},
		"a suspended instance":                     {drift: drift, policy: v1alpha1.DriftRepair, suspended: true},
		"again, after a minute":                    {drift: drift, policy: v1alpha1.DriftRepair, before: []*v1alpha1.PlanExecution{repaired(1, time.Minute)}, want: "i-repair-4-2 deploy"},
		"again, but too soon":                      {drift: drift, policy: v1alpha1.DriftRepair, before: []*v1alpha1.PlanExecution{repaired(1, time.Second)}, wait: 59 * time.Second},
		"a third one waits twice as long":          {drift: drift, policy: v1alpha1.DriftRepair, before: []*v1alpha1.PlanExecution{repaired(1, 3*time.Minute), repaired(2, time.Minute)}, wait: time.Minute},
		"what was repaired long ago costs no time": {drift: drift, policy: v1alpha1.DriftRepair, before: []*v1alpha1.PlanExecution{repaired(1, 2*time.Hour)}, want: "i-repair-4-2 deploy"},
	} {
		w := worldOf(t, applied("v1", values{}), values{}, tc.before...)
		for _, p := range tc.plans {
			w.TargetVersion.Spec.Plans = append(w.TargetVersion.Spec.Plans, v1alpha1.Plan{Name: p})
		}
		w.Drift, w.TargetVersion.Spec.DriftPolicy = tc.drift, tc.framework
		w.Inst.Spec.DriftPolicy, w.Inst.Spec.Suspend = tc.policy, tc.suspended
		d := deciding(w)
		got := ""
		if d.Create != nil {
			got = d.Create.Name + " " + d.Create.Spec.Plan
		}
		if got != tc.want || d.RequeueAfter != tc.wait {
			t.Errorf("%s: makes %q and waits %s, want %q and %s", name, got, d.RequeueAfter, tc.want, tc.wait)
		}
	}
}
