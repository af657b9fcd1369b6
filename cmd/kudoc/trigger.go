package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	k8sruntime "k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/cluster"
	"github.com/kudoc/kudoc/internal/follow"
	"github.com/kudoc/kudoc/internal/given"
	"github.com/kudoc/kudoc/internal/manifest"
	"github.com/kudoc/kudoc/internal/progress"
)

type triggerOptions struct {
	cluster cluster.Options
	params  given.Params
	wait    bool
	timeout time.Duration
}

func newTriggerCmd(io stdio) *cobra.Command {
	var o triggerOptions
	cmd := &cobra.Command{
		Use:   "trigger INSTANCE PLAN",
		Short: "Run a plan of an instance",
		Long: `trigger creates a PlanExecution, which is all that it takes to run a plan: 'kubectl create' does the same. -p sets the
parameters of this run of the plan.`,
		Example: `  kudoc trigger zk validation --wait`,
		Args:    exactArgs("INSTANCE", "PLAN"),
		RunE:    func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), io, args[0], args[1]) },
	}
	o.cluster.AddFlags(cmd.Flags(), agent())
	addParamFlags(cmd, &o.params, " of the plan")
	cmd.Flags().BoolVar(&o.wait, "wait", false, "show the run until it has ended, and fail if it fails")
	cmd.Flags().DurationVar(&o.timeout, "timeout", 30*time.Minute, "how long --wait waits")
	return cmd
}

func (o *triggerOptions) run(ctx context.Context, io stdio, name, plan string) error {
	c, namespace, err := o.cluster.Connect()
	if err != nil {
		return err
	}
	key := client.ObjectKey{Namespace: namespace, Name: name}
	e, err := o.execution(ctx, io, c, key, plan)
	if err != nil {
		return err
	}
	if err := c.Create(ctx, e, client.FieldOwner(manifest.FieldOwner)); err != nil {
		return fmt.Errorf("create the execution: %w", cluster.Installed(err))
	}
	if _, err := fmt.Fprintf(io.out, "PlanExecution/%s/%s created\n", e.Namespace, e.Name); err != nil {
		return err
	}
	if !o.wait {
		return nil
	}
	return waited(name, follow.Execution(ctx, c, client.ObjectKeyFromObject(e), o.timeout, progress.New(io.err)))
}

// execution makes the PlanExecution, after it has checked that there are such a plan and such parameters.
func (o *triggerOptions) execution(ctx context.Context, io stdio, c client.Client, key client.ObjectKey, plan string) (*v1alpha1.PlanExecution, error) {
	var inst v1alpha1.Instance
	if err := c.Get(ctx, key, &inst); err != nil {
		return nil, cluster.NotFound(err, key)
	}
	versionName := inst.Spec.FrameworkVersion
	if inst.Status.LastApplied != nil {
		versionName = inst.Status.LastApplied.FrameworkVersion
	}
	values, err := o.values(ctx, io, c, versionName, plan)
	if err != nil {
		return nil, err
	}
	e := &v1alpha1.PlanExecution{Spec: v1alpha1.PlanExecutionSpec{Instance: key.Name, Plan: plan}}
	e.Namespace, e.GenerateName = key.Namespace, key.Name+"-"+plan+"-"
	if len(values) > 0 {
		raw, err := json.Marshal(values)
		if err != nil {
			return nil, fmt.Errorf("encode parameters: %w", err)
		}
		e.Spec.Parameters = &k8sruntime.RawExtension{Raw: raw}
	}
	return e, nil
}

// values are the parameters of the run, checked against the plan. Whoever may not read framework versions, which belong to the
// whole cluster, can start a plan without parameters; the controller checks that there is one.
func (o *triggerOptions) values(ctx context.Context, io stdio, c client.Client, version, plan string) (map[string]any, error) {
	var v v1alpha1.FrameworkVersion
	err := c.Get(ctx, client.ObjectKey{Name: version}, &v)
	switch {
	case apierrors.IsNotFound(err):
		return nil, fmt.Errorf("the framework version of the instance does not exist: %s", version)
	case apierrors.IsForbidden(err) && o.params.None():
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read framework version: %w", err)
	}
	p := v.Spec.Plan(plan)
	if p == nil {
		return nil, given.Wrong("%w", given.Unknown("plan", plan, planNames(&v.Spec)))
	}
	return o.params.Values(io.in, p.Parameters, nil)
}
