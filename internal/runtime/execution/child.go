package execution

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/render"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

// Child is an Instance that is to meet a requirement, and the task that makes it.
type Child struct {
	Task string
	*unstructured.Unstructured
}

// Bound are the names of the Instances that meet the requirements of an Instance: those that it names, or else children, which
// are returned as they are to be. A requirement with neither has no name.
func Bound(inst *v1alpha1.Instance, v *v1alpha1.FrameworkVersion, program *render.Program, params map[string]any) (names map[string]string, children []Child, err error) {
	names = map[string]string{}
	namespaced := func(schema.GroupVersionKind) (bool, error) { return true, nil }
	run := &Run{Instance: inst, Execution: &v1alpha1.PlanExecution{}, Version: v, Program: program, Plan: &v1alpha1.Plan{Name: v1alpha1.PlanDeploy}, Params: params}
	for _, q := range v.Spec.Requires {
		if name := inst.Spec.Requires[q.Name]; name != "" || q.Child == "" {
			names[q.Name] = name
			continue
		}
		ref := plan.Ref{Task: q.Child}
		objects, err := run.Objects(ref, 1, namespaced)
		if err == nil && (len(objects) != 1 || objects[0].GetNamespace() != inst.Namespace) {
			err = fmt.Errorf("task %q makes no Instance in the namespace of this one", q.Child)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("requires %s: %w", q.Name, err)
		}
		run.Stamp(objects[0], ref, 1)
		names[q.Name], children = objects[0].GetName(), append(children, Child{q.Child, objects[0]})
	}
	return names, children, nil
}
