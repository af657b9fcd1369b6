package main

import (
	"github.com/spf13/cobra"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile"
	"github.com/kudoc/kudoc/internal/given"
	"github.com/kudoc/kudoc/internal/preview"
	"github.com/kudoc/kudoc/internal/render"
	"github.com/kudoc/kudoc/internal/runtime/execution"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

type renderOptions struct {
	params         given.Params
	planParams     []string
	previous       []string
	requires       []string
	plan, instance string
	namespace      string
	output         string
}

func newRenderCmd(io stdio) *cobra.Command {
	var o renderOptions
	cmd := &cobra.Command{
		Use:   "render DIR",
		Short: "Print the objects that a plan would apply, without a cluster",
		Long: `render prints the objects that the controller would apply, run or delete, in the order of the plan. Steps that
it would skip are left out.

What only a live Instance has is left out: owner references, UIDs, and the annotation kudoc.dev/applied.`,
		Example: `  kudoc render ./frameworks/zookeeper -p replicas=5 --instance zk

  # what a plan of one's own would run
  kudoc render ./frameworks/zookeeper --plan validation`,
		Args: exactArgs("DIR"),
		RunE: func(_ *cobra.Command, args []string) error { return o.run(io, args[0]) },
	}
	addParamFlags(cmd, &o.params, "")
	f := cmd.Flags()
	f.StringArrayVar(&o.planParams, "plan-param", nil, "parameter of the plan as name=value")
	f.StringArrayVar(&o.previous, "previous", nil, "parameter that was applied before as name=value; without any, nothing was applied before")
	f.StringArrayVar(&o.requires, "requires", nil, "output of a required instance as requirement.output=value")
	f.StringVar(&o.plan, "plan", v1alpha1.PlanDeploy, "plan to render")
	f.StringVar(&o.instance, "instance", "", "name of the instance; by default the name of the framework")
	f.StringVarP(&o.namespace, "namespace", "n", "default", "namespace of the instance")
	addOutputFlag(cmd, &o.output)
	return cmd
}

func (o *renderOptions) run(io stdio, dir string) error {
	if err := checkFormat(o.output); err != nil {
		return err
	}
	if err := given.CheckInstanceName(o.instance); err != nil {
		return err
	}
	res, err := compileDir(io, dir)
	if err != nil {
		return err
	}
	run, err := o.pinned(io, res)
	if err != nil {
		return err
	}
	objs, err := preview.Objects(run)
	if err != nil {
		return err
	}
	return printObjects(io, objs, o.output)
}

// pinned makes a run of the plan for an Instance that exists nowhere.
func (o *renderOptions) pinned(io stdio, res *compile.Result) (*execution.Run, error) {
	spec := &res.Version.Spec
	p := spec.Plan(o.plan)
	if p == nil {
		return nil, &usageError{given.Unknown("plan", o.plan, planNames(spec))}
	}
	program, err := render.Load(spec)
	if err != nil {
		return nil, err
	}
	values, err := o.params.Values(io.in, spec.Parameters, nil)
	if err != nil {
		return nil, err
	}
	name := o.instance
	if name == "" {
		name = spec.Framework
	}
	params, err := program.Params(execution.WithGenerated(spec.Parameters, name, values))
	if err != nil {
		return nil, err
	}
	run := &execution.Run{
		Instance: &v1alpha1.Instance{}, Execution: &v1alpha1.PlanExecution{}, Version: res.Version, Program: program, Plan: p, Params: params,
	}
	run.Instance.Name, run.Instance.Namespace = name, o.namespace
	run.Execution.Name = run.Instance.Name + "-" + p.Name + "-1"
	if run.Previous, err = o.before(io, program, spec); err != nil {
		return nil, err
	}
	if run.Requires, err = given.Outputs(o.requires, spec.Requires, program); err != nil {
		return nil, err
	}
	own := given.Params{Sets: o.planParams}
	if values, err = own.Values(io.in, p.Parameters, nil); err != nil {
		return nil, err
	}
	run.PlanParams, err = program.PlanParams(p.Name, values, run.Inputs(plan.Ref{}))
	return run, err
}

// before are the effective parameters that the Instance is said to have had before.
func (o *renderOptions) before(io stdio, program *render.Program, spec *v1alpha1.FrameworkVersionSpec) (map[string]any, error) {
	if len(o.previous) == 0 {
		return nil, nil
	}
	before := given.Params{Sets: o.previous}
	given, err := before.Values(io.in, spec.Parameters, nil)
	if err != nil {
		return nil, err
	}
	return program.Params(execution.WithGenerated(spec.Parameters, o.instance, given))
}

func planNames(spec *v1alpha1.FrameworkVersionSpec) []string {
	names := make([]string, len(spec.Plans))
	for i := range spec.Plans {
		names[i] = spec.Plans[i].Name
	}
	return names
}
