package preview

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/kudoc/kudoc/internal/runtime/execution"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

// Objects are those that a run would apply, run or delete, in its order, where there is no cluster to ask.
func Objects(run *execution.Run) ([]*unstructured.Unstructured, error) {
	var objs []*unstructured.Unstructured
	err := eachTask(run, func(ref plan.Ref) error {
		if run.Version.Spec.Task(ref.Task).Kind.Identifies() { // nothing is written
			return nil
		}
		some, err := run.Objects(ref, 1, execution.OfflineScope)
		objs = append(objs, some...)
		return err
	})
	if err != nil {
		return nil, err
	}
	return objs, nil
}

// eachTask visits the tasks of the steps that would run, until visit fails.
func eachTask(run *execution.Run, visit func(ref plan.Ref) error) error {
	conditions := run.Conditions()
	for _, ph := range run.Plan.Phases {
		for _, s := range ph.Steps {
			ref := plan.Ref{Phase: ph.Name, Step: s.Name}
			if c, ok := conditions[ref]; ok && c.Error != "" {
				return fmt.Errorf("step %s/%s: %s", ph.Name, s.Name, c.Error)
			} else if ok && !c.Holds {
				continue
			}
			for _, task := range s.Tasks {
				ref.Task = task
				if err := visit(ref); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
