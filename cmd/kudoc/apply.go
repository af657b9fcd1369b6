package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/cluster"
	"github.com/kudoc/kudoc/internal/compile"
	"github.com/kudoc/kudoc/internal/follow"
	"github.com/kudoc/kudoc/internal/given"
	"github.com/kudoc/kudoc/internal/manifest"
	"github.com/kudoc/kudoc/internal/progress"
	"github.com/kudoc/kudoc/internal/render"
	"github.com/kudoc/kudoc/internal/runtime/execution"
	"github.com/kudoc/kudoc/internal/runtime/object"
)

type applyOptions struct {
	cluster  cluster.Options
	params   given.Params
	requires []string
	settings given.Settings
	instance string
	reset    bool
	wait     bool
	noWait   bool
	timeout  time.Duration
	before   int64 // generation of the Instance before it is applied; 0 if there was none
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
	o.cluster.AddFlags(cmd.Flags(), agent())
	addParamFlags(cmd, &o.params, "")
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
		err := manifest.Apply(ctx, io.out, c, obj)
		if inst != nil && apierrors.IsForbidden(err) && obj != client.Object(res.Version) {
			continue // who may make Instances needs no rights on what the cluster shares, if the version is there
		}
		if err != nil {
			return err
		}
	}
	if inst == nil {
		return nil
	}
	if inst, err = o.applyInstance(ctx, io, c, res, inst); err != nil || o.noWait || !o.wait {
		return err
	}
	what := follow.Generation{Key: client.ObjectKeyFromObject(inst), Number: inst.GetGeneration(), Before: o.before}
	return waited(o.instance, follow.Instance(ctx, c, what, o.timeout, progress.New(io.err)))
}

// applyInstance applies an Instance. If somebody else, or the controller, was faster, it is made anew from what is there now, so
// that of two people who change single parameters at once neither undoes what the other did.
func (o *applyOptions) applyInstance(ctx context.Context, io stdio, c client.Client, res *compile.Result, inst *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	for {
		err := manifest.Apply(ctx, io.out, c, inst)
		switch {
		case apierrors.IsConflict(err) && ctx.Err() == nil:
			if inst, err = o.desired(ctx, io, c, inst.GetNamespace(), res); err != nil {
				return nil, err
			}
			continue
		case apierrors.IsNotFound(err):
			return nil, fmt.Errorf("there is no namespace %q: make it with 'kubectl create namespace %s'", inst.GetNamespace(), inst.GetNamespace())
		}
		return inst, err
	}
}

// prepare compiles the framework, connects to the cluster, and makes the Instance, which is nil if none was asked for.
func (o *applyOptions) prepare(ctx context.Context, io stdio, dir string) (*compile.Result, client.Client, *unstructured.Unstructured, error) {
	if err := errors.Join(given.CheckInstanceName(o.instance), o.settings.Check()); err != nil {
		return nil, nil, nil, err
	}
	res, err := compileDir(io, dir)
	if err != nil {
		return nil, nil, nil, err
	}
	c, namespace, err := o.cluster.Connect()
	if err != nil {
		return nil, nil, nil, err
	}
	if _, err := c.RESTMapper().RESTMapping(v1alpha1.GroupVersion.WithKind("Framework").GroupKind()); err != nil {
		return nil, nil, nil, cluster.Installed(err)
	}
	if err := manifest.CheckVersion(ctx, c, res.Version); err != nil {
		return nil, nil, nil, err
	}
	inst, err := o.desired(ctx, io, c, namespace, res)
	return res, c, inst, err
}

// desired makes the Instance, with parameters that were checked against the compiled framework. It is nil if none was
// asked for. It carries the resource version of the one that it is made from, or one that only a new Instance may have.
func (o *applyOptions) desired(ctx context.Context, io stdio, c client.Client, namespace string, res *compile.Result) (*unstructured.Unstructured, error) {
	if o.instance == "" {
		return nil, nil
	}
	spec := &res.Version.Spec
	there, err := former(ctx, c, client.ObjectKey{Namespace: namespace, Name: o.instance})
	if err != nil {
		return nil, err
	}
	former := there.Spec
	o.before = there.Generation
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
	inst := given.Instance(namespace, o.instance, res.Version.Name, values, requires, o.settings.Over(former))
	inst.SetResourceVersion(cmp.Or(there.ResourceVersion, object.Unborn))
	return inst, nil
}

// former is the Instance as it is now, which asks for nothing if there is none.
func former(ctx context.Context, c client.Client, key client.ObjectKey) (*v1alpha1.Instance, error) {
	var inst v1alpha1.Instance
	if err := c.Get(ctx, key, &inst); client.IgnoreNotFound(err) != nil {
		return nil, fmt.Errorf("read instance: %w", err)
	}
	return &inst, nil
}

// kept are the parameters that the Instance has, unless they are to be replaced.
func (o *applyOptions) kept(former v1alpha1.InstanceSpec) (map[string]any, error) {
	if o.reset || len(o.params.Files) > 0 || former.Parameters == nil {
		return nil, nil
	}
	return render.DecodeJSON(former.Parameters.Raw)
}
