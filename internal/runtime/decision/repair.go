package decision

import (
	"fmt"
	"strconv"
	"time"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/runtime/change"
)

// How long a repair waits for the one before it, so that nobody fights for ever over a field: a minute, doubled with every
// repair of the last hour, at most an hour.
const (
	firstPause  = time.Minute
	longestWait = time.Hour
)

// repair makes the execution that takes back what others have changed, if that is the policy and its time has come.
func (d *Decision) repair(w *World) {
	t := d.Inst.Status.Target
	if len(d.Drift) == 0 || d.Create != nil || w.TargetVersion == nil || t == nil || int(t.Done) < len(t.Plans) || d.Inst.Spec.Suspend || repairs(d.Inst, w.TargetVersion) != v1alpha1.DriftRepair {
		return
	}
	count, pause := 0, time.Duration(0)
	var last time.Time
	for _, e := range d.Executions {
		n, err := strconv.Atoi(e.Labels[v1alpha1.LabelRepair])
		if err != nil || e.Labels[v1alpha1.LabelTarget] != strconv.FormatInt(t.Sequence, 10) {
			continue
		}
		if count = max(count, n); !e.Status.State.Terminal() {
			return
		}
		if at := e.Status.FinishedAt; at != nil && w.Now.Sub(at.Time) < longestWait {
			last, pause = at.Time, min(longestWait, max(firstPause, 2*pause))
		}
	}
	if wait := last.Add(pause).Sub(w.Now); pause > 0 && wait > 0 {
		d.RequeueAfter = wait
		return
	}
	d.Create = newExecution(d.Inst, change.FirstPlan(&w.TargetVersion.Spec, v1alpha1.PlanRepair, v1alpha1.PlanDeploy), t.Sequence)
	d.Create.Name = fmt.Sprintf("%s-%s-%d-%d", d.Inst.Name, v1alpha1.PlanRepair, t.Sequence, count+1)
	d.Create.Labels[v1alpha1.LabelRepair] = strconv.Itoa(count + 1)
}

// repairs is the policy of the Instance, or of its framework.
func repairs(inst *v1alpha1.Instance, v *v1alpha1.FrameworkVersion) v1alpha1.DriftPolicy {
	if inst.Spec.DriftPolicy != "" {
		return inst.Spec.DriftPolicy
	}
	return v.Spec.DriftPolicy
}
