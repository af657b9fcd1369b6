package follow

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

// RunsOrWaits picks the execution that runs, or the first that waits.
func RunsOrWaits(inst *v1alpha1.Instance, all []v1alpha1.PlanExecution) (*v1alpha1.PlanExecution, string) {
	var first *v1alpha1.PlanExecution
	for i := range all {
		switch e := &all[i]; {
		case e.Status.State.Terminal():
		case e.Name == inst.Status.ActiveExecution:
			return e, ""
		case first == nil:
			first = e
		}
	}
	if first == nil && len(all) > 0 {
		last := &all[len(all)-1]
		return nil, fmt.Sprintf("no plan runs or waits: execution %s %s", last.Name, ended(last.Status.State))
	}
	return first, "no plan runs or waits"
}

// Stopped picks the last execution, if a retry goes on with it.
func Stopped(_ *v1alpha1.Instance, all []v1alpha1.PlanExecution) (*v1alpha1.PlanExecution, string) {
	if len(all) == 0 {
		return nil, "no plan has run"
	}
	e := &all[len(all)-1]
	if !plan.Reopens(&e.Status, plan.Commands{Retry: e.Status.RetriesSeen + 1}) {
		return nil, fmt.Sprintf("there is nothing to retry: execution %s %s; --execution names another one", e.Name, ended(e.Status.State))
	}
	return e, ""
}

// ended says what became of an execution, or that it is not over.
func ended(s v1alpha1.State) string {
	if s == v1alpha1.Succeeded || s == v1alpha1.Failed {
		return "has " + strings.ToLower(string(s))
	}
	return "is " + strings.ToLower(string(cmp.Or(s, v1alpha1.Pending)))
}
