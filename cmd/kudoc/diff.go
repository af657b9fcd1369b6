package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	k8sruntime "k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile"
	"github.com/kudoc/kudoc/internal/preview"
	"github.com/kudoc/kudoc/internal/render"
	"github.com/kudoc/kudoc/internal/runtime/change"
	"github.com/kudoc/kudoc/internal/runtime/execution"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

func newDiffCmd(io stdio) *cobra.Command {
	var o applyOptions
	cmd := &cobra.Command{
		Use:   "diff DIR",
		Short: "Show what apply would change in the cluster",
		Long: `diff compiles the framework in DIR and shows what 'kudoc apply' with the same flags would change: the plans that run,
and what becomes of each object. The API server applies the objects for show, so that its defaults and refusals count.

Exit code 0 means that nothing would change, 1 that something would.`,
		Example: `  kudoc diff ./frameworks/zookeeper --instance zk -p replicas=5`,
		Args:    exactArgs("DIR"),
		RunE:    func(cmd *cobra.Command, args []string) error { return o.diff(cmd.Context(), io, args[0]) },
	}
	o.cluster.addFlags(cmd)
	addParamFlags(cmd, &o.params, "parameter")
	f := cmd.Flags()
	f.StringVar(&o.instance, "instance", "", "name of the instance")
	f.StringArrayVar(&o.requires, "requires", nil, "instance to work with, as requirement=instance; those named before are kept")
	f.BoolVar(&o.reset, "reset-params", false, "begin with the defaults instead of the instance's parameters")
	return cmd
}

func (o *applyOptions) diff(ctx context.Context, io stdio, dir string) error {
	if o.instance == "" {
		return usagef("kudoc diff needs --instance")
	}
	if err := checkInstanceName(o.instance); err != nil {
		return err
	}
	res, err := compileDir(io, dir)
	if err != nil {
		return err
	}
	c, namespace, err := o.cluster.connect()
	if err != nil {
		return err
	}
	spec, err := o.desired(ctx, io, c, namespace, res)
	if err != nil {
		return err
	}
	inst := &v1alpha1.Instance{}
	if err := c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: o.instance}, inst); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("read instance: %w", installed(err))
	}
	status := inst.Status
	if err := k8sruntime.DefaultUnstructuredConverter.FromUnstructured(spec.Object, inst); err != nil {
		return fmt.Errorf("instance %s: %w", o.instance, err)
	}
	inst.Status = status
	runs, err := wouldRun(ctx, c, inst, res)
	if err != nil {
		return err
	}
	return printPreview(ctx, io, c, runs)
}

// wouldRun are the runs of the plans that bring the spec of an Instance about.
func wouldRun(ctx context.Context, c client.Client, inst *v1alpha1.Instance, res *compile.Result) ([]*execution.Run, error) {
	spec := &res.Version.Spec
	program, err := render.Load(spec)
	if err != nil {
		return nil, err
	}
	params, err := program.Params(render.WithGenerated(spec.Parameters, inst.Name, decoded(inst.Spec.Parameters)))
	if err != nil {
		return nil, fmt.Errorf("instance %s: %w", inst.Name, err)
	}
	requires, err := requiredOutputs(ctx, c, inst, spec.Requires, program)
	if err != nil {
		return nil, err
	}
	var previous map[string]any
	plans := []string{v1alpha1.PlanDeploy}
	if applied := inst.Status.LastApplied; applied != nil {
		previous = decoded(applied.Parameters)
		upgrade := applied.FrameworkVersion != res.Version.Name
		changed := change.Of(previous, params)
		if refused := change.Refused(spec, changed, previous, params, upgrade); refused != "" {
			return nil, fmt.Errorf("instance %s: %s", inst.Name, refused)
		}
		plans = change.Plans(spec, changed, change.Of(decoded(applied.Requires), requires))
		if upgrade {
			plans = []string{change.FirstPlan(spec, v1alpha1.PlanUpgrade, v1alpha1.PlanUpdate, v1alpha1.PlanDeploy)}
		}
	}
	var out []*execution.Run
	for _, name := range plans {
		run := &execution.Run{
			Instance: inst, Execution: &v1alpha1.PlanExecution{}, Version: res.Version, Program: program, Plan: spec.Plan(name),
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

// requiredOutputs are the outputs of the Instances that an Instance names.
func requiredOutputs(ctx context.Context, c client.Client, inst *v1alpha1.Instance, requirements []v1alpha1.Requirement, program *render.Program) (map[string]any, error) {
	out := map[string]any{}
	for _, q := range requirements {
		provider := &v1alpha1.Instance{}
		key := client.ObjectKey{Namespace: inst.Namespace, Name: inst.Spec.Requires[q.Name]}
		if err := c.Get(ctx, key, provider); err != nil {
			return nil, fmt.Errorf("requirement %q: %w", q.Name, notFound(err, key))
		}
		outputs, err := program.Required(q.Name, decoded(provider.Status.Outputs))
		if err != nil {
			return nil, fmt.Errorf("requirement %q: instance %q: %w", q.Name, key.Name, err)
		}
		out[q.Name] = outputs
	}
	return out, nil
}

// decoded is stored JSON; what cannot be decoded was refused where it was written.
func decoded(raw *k8sruntime.RawExtension) map[string]any {
	if raw == nil || !json.Valid(raw.Raw) {
		return map[string]any{}
	}
	m, err := render.DecodeJSON(raw.Raw)
	if err != nil {
		return map[string]any{}
	}
	return m
}

func printPreview(ctx context.Context, io stdio, c client.Client, runs []*execution.Run) error {
	if len(runs) == 0 {
		return nil
	}
	var b strings.Builder
	for _, run := range runs {
		changes, err := preview.Of(ctx, c, run, execution.MappedScope(c.RESTMapper()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "plan %s runs\n", run.Plan.Name)
		for _, ch := range changes {
			fmt.Fprintf(&b, "\n%s %s\n", ch.Verb, ch.Object)
			if ch.Text != "" {
				b.WriteString(strings.TrimRight(ch.Text, "\n") + "\n")
			}
		}
	}
	if _, err := fmt.Fprint(io.out, b.String()); err != nil {
		return err
	}
	return errReported
}
