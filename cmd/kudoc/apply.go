package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile"
	"github.com/kudoc/kudoc/internal/follow"
	"github.com/kudoc/kudoc/internal/given"
	"github.com/kudoc/kudoc/internal/manifest"
	"github.com/kudoc/kudoc/internal/progress"
	"github.com/kudoc/kudoc/internal/render"
	"github.com/kudoc/kudoc/internal/runtime/execution"
)

type applyOptions struct {
	cluster  clusterOptions
	params   given.Params
	requires []string
	settings given.Settings
	instance string
	reset    bool
	wait     bool
	noWait   bool
	timeout  time.Duration
}

func newApplyCmd(io stdio) *cobra.Command {
	var o applyOptions
	cmd := &cobra.Command{
		Use:   "apply DIR",
		Short: "Compile a framework, apply it, and bring an instance of it about",
		Long: `apply compiles the framework in DIR and applies it to the cluster. With --instance it also applies an Instance of it
and shows the plan until it has ended.

-p changes single parameters of the Instance and keeps the others; -f, or --reset-params, replaces them all.`,
		Example: `  kudoc apply ./frameworks/zookeeper
  kudoc apply ./frameworks/zookeeper --instance zk -p replicas=5`,
		Args: exactArgs("DIR"),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), io, args[0]) },
	}
	o.addFlags(cmd)
	f := cmd.Flags()
	f.BoolVar(&o.wait, "wait", true, "show the plan until it has ended, and fail if it fails")
	f.BoolVar(&o.noWait, "no-wait", false, "return as soon as everything is applied")
	f.DurationVar(&o.timeout, "timeout", 30*time.Minute, "how long to wait")
	return cmd
}

// addFlags adds the flags that say what is to be applied.
func (o *applyOptions) addFlags(cmd *cobra.Command) {
	o.cluster.addFlags(cmd)
	addParamFlags(cmd, &o.params, "parameter")
	f := cmd.Flags()
	f.StringVar(&o.instance, "instance", "", "name of the instance")
	f.StringArrayVar(&o.requires, "requires", nil, "instance to work with, as requirement=instance; those named before are kept")
	f.BoolVar(&o.reset, "reset-params", false, "begin with the defaults instead of the instance's parameters")
	o.settings.AddFlags(f)
}

func (o *applyOptions) run(ctx context.Context, io stdio, dir string) error {
	if o.instance == "" && (!o.params.None() || len(o.requires) > 0 || o.settings != given.Settings{}) {
		return usagef("parameters, requirements and settings belong to an instance: name it with --instance")
	}
	res, c, inst, err := o.prepare(ctx, io, dir)
	if err != nil {
		return err
	}
	for _, obj := range built(res) {
		if err := manifest.Apply(ctx, io.out, c, obj); err != nil {
			return installed(err)
		}
	}
	if inst == nil {
		return nil
	}
	if err := manifest.Apply(ctx, io.out, c, inst); err != nil {
		return installed(err)
	}
	if o.noWait || !o.wait {
		return nil
	}
	return follow.Instance(ctx, c, client.ObjectKeyFromObject(inst), inst.GetGeneration(), o.timeout, progress.New(io.err))
}

// prepare compiles the framework, connects to the cluster, and makes the Instance, which is nil if none was asked for.
func (o *applyOptions) prepare(ctx context.Context, io stdio, dir string) (*compile.Result, client.Client, *unstructured.Unstructured, error) {
	if err := given.CheckInstanceName(o.instance); err != nil {
		return nil, nil, nil, err
	}
	res, err := compileDir(io, dir)
	if err != nil {
		return nil, nil, nil, err
	}
	c, namespace, err := o.cluster.connect()
	if err != nil {
		return nil, nil, nil, err
	}
	inst, err := o.desired(ctx, io, c, namespace, res)
	return res, c, inst, err
}

// desired makes the Instance, with parameters that were checked against the compiled framework. It is nil if none was
// asked for.
func (o *applyOptions) desired(ctx context.Context, io stdio, c client.Client, namespace string, res *compile.Result) (*unstructured.Unstructured, error) {
	if o.instance == "" {
		return nil, nil
	}
	spec := &res.Version.Spec
	former, err := formerSpec(ctx, c, client.ObjectKey{Namespace: namespace, Name: o.instance})
	if err != nil {
		return nil, err
	}
	base, err := o.kept(former)
	if err != nil {
		return nil, err
	}
	values, err := o.params.Values(io.in, spec.Parameters, base)
	if err != nil {
		return nil, err
	}
	program, err := render.Load(spec)
	if err != nil {
		return nil, err
	}
	if _, err := program.Params(execution.WithGenerated(spec.Parameters, o.instance, values)); err != nil {
		return nil, fmt.Errorf("instance %s: %w", o.instance, err)
	}
	requires, err := given.Bound(o.requires, spec.Requires, former.Requires)
	if err != nil {
		return nil, err
	}
	return given.Instance(namespace, o.instance, res.Version.Name, values, requires, o.settings.Over(former)), nil
}

// formerSpec is what the Instance asks for now, which is nothing if there is none.
func formerSpec(ctx context.Context, c client.Client, key client.ObjectKey) (v1alpha1.InstanceSpec, error) {
	var inst v1alpha1.Instance
	if err := c.Get(ctx, key, &inst); client.IgnoreNotFound(err) != nil {
		return v1alpha1.InstanceSpec{}, fmt.Errorf("read instance: %w", installed(err))
	}
	return inst.Spec, nil
}

// kept are the parameters that the Instance has, unless they are to be replaced.
func (o *applyOptions) kept(former v1alpha1.InstanceSpec) (map[string]any, error) {
	if o.reset || len(o.params.Files) > 0 || former.Parameters == nil {
		return nil, nil
	}
	return render.DecodeJSON(former.Parameters.Raw)
}
