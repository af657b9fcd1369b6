package progress

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// Instance is the status of an Instance as text: the Instance, then its newest executions.
func Instance(inst *v1alpha1.Instance, executions []v1alpha1.PlanExecution, newest int, s Style) []string {
	out := []string{fmt.Sprintf("Instance/%s/%s  %s", inst.Namespace, inst.Name, inst.Spec.FrameworkVersion)}
	if c := meta.FindStatusCondition(inst.Status.Conditions, v1alpha1.ConditionReady); c != nil {
		color := "32"
		switch {
		case meta.IsStatusConditionTrue(inst.Status.Conditions, v1alpha1.ConditionDegraded):
			color = "31"
		case c.Status != "True":
			color = "36"
		}
		out[0] += "  " + s.Paint(color, c.Reason) + "  " + c.Message
	} else {
		out[0] += "  the controller has not looked at it yet"
	}
	for name, value := range outputs(inst) {
		out = append(out, "output "+name+": "+value)
	}
	slices.Sort(out[1:])
	for i := max(0, len(executions)-newest); i < len(executions); i++ {
		out = append(out, Tree(&executions[i], s, time.Now())...)
	}
	return out
}

func outputs(inst *v1alpha1.Instance) map[string]string {
	out := map[string]string{}
	if inst.Status.Outputs == nil {
		return out
	}
	var m map[string]any
	if err := json.Unmarshal(inst.Status.Outputs.Raw, &m); err != nil {
		return out
	}
	for k, v := range m {
		out[k] = fmt.Sprint(v)
	}
	return out
}

// JSON writes {"instance": ..., "executions": [...]}, oldest first.
func JSON(w io.Writer, inst *v1alpha1.Instance, executions []v1alpha1.PlanExecution) error {
	inst.ManagedFields = nil
	for i := range executions {
		executions[i].ManagedFields = nil
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(map[string]any{"instance": inst, "executions": executions})
}
