package preview

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/render"
	"github.com/kudoc/kudoc/internal/runtime/decision"
	"github.com/kudoc/kudoc/internal/runtime/execution"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

// Runs are the runs of the plans that bring the spec of an Instance about.
func Runs(ctx context.Context, c client.Client, inst *v1alpha1.Instance, version *v1alpha1.FrameworkVersion) ([]*execution.Run, error) {
	spec := &version.Spec
	program, err := render.Load(spec)
	if err != nil {
		return nil, err
	}
	params, err := program.Params(execution.WithGenerated(spec.Parameters, inst.Name, execution.Values(inst.Spec.Parameters)))
	if err != nil {
		return nil, fmt.Errorf("instance %s: %w", inst.Name, err)
	}
	requires, err := requiredOutputs(ctx, c, inst, version, program, params)
	if err != nil {
		return nil, err
	}
	target, refused := decision.Retarget(inst, decision.Desire{Version: version, Params: params, Digest: execution.Digest(params), Requires: requires})
	if refused != nil {
		return nil, fmt.Errorf("instance %s: %s", inst.Name, refused.Message)
	}
	if target == nil { // what was begun goes on
		target = inst.Status.Target
	}
	var previous map[string]any
	if applied := inst.Status.LastApplied; applied != nil {
		previous = execution.Values(applied.Parameters)
	}
	var out []*execution.Run
	for _, name := range target.Plans[target.Done:] {
		run := &execution.Run{
			Instance: inst, Execution: &v1alpha1.PlanExecution{}, Version: version, Program: program, Plan: spec.Plan(name),
			Params: params, Previous: previous, Requires: requires,
		}
		run.Execution.Name = inst.Name + "-" + name
		if run.PlanParams, err = program.PlanParams(name, nil, run.Inputs(plan.Ref{})); err != nil {
			return nil, fmt.Errorf("plan %s: %w", name, err)
		}
		out = append(out, run)
	}
	return out, nil
}

// requiredOutputs are the outputs of the Instances that meet the requirements of an Instance.
func requiredOutputs(ctx context.Context, c client.Client, inst *v1alpha1.Instance, version *v1alpha1.FrameworkVersion, program *render.Program, params map[string]any) (map[string]any, error) {
	names, _, err := execution.Bound(inst, version, program, params)
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	for _, q := range version.Spec.Requires {
		provider := &v1alpha1.Instance{}
		key := client.ObjectKey{Namespace: inst.Namespace, Name: names[q.Name]}
		if err := c.Get(ctx, key, provider); err != nil {
			return nil, fmt.Errorf("requirement %q: read instance %q: %w", q.Name, key.Name, err)
		}
		outputs, err := program.Required(q.Name, execution.Values(provider.Status.Outputs))
		if err != nil {
			return nil, fmt.Errorf("requirement %q: instance %q: %w", q.Name, key.Name, err)
		}
		out[q.Name] = outputs
	}
	return out, nil
}
