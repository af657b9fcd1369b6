package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/cluster"
	"github.com/kudoc/kudoc/internal/follow"
	"github.com/kudoc/kudoc/internal/manifest"
	"github.com/kudoc/kudoc/internal/progress"
)

type commandOptions struct {
	cluster   cluster.Options
	execution string
	wait      bool
	timeout   time.Duration
}

func newCancelCmd(io stdio) *cobra.Command {
	var o commandOptions
	cmd := &cobra.Command{
		Use:   "cancel INSTANCE",
		Short: "Stop the plan that runs, and leave every object as it is",
		Long: `cancel sets spec.cancel of the PlanExecution that runs, or else of the one that is next. 'kudoc retry' goes on with it; a change of
the Instance goes on from there, too.`,
		Example: `  kudoc cancel zk`,
		Args:    exactArgs("INSTANCE"),
		RunE:    func(cmd *cobra.Command, args []string) error { return o.cancel(cmd.Context(), io, args[0]) },
	}
	o.cluster.AddFlags(cmd.Flags(), agent())
	cmd.Flags().StringVar(&o.execution, "execution", "", "name of the PlanExecution")
	return cmd
}

func newRetryCmd(io stdio) *cobra.Command {
	var o commandOptions
	cmd := &cobra.Command{
		Use:   "retry INSTANCE",
		Short: "Go on with a plan that failed or was cancelled",
		Long: `retry raises spec.retry of the last PlanExecution, and takes its cancellation back: it goes on from the steps that failed or were
cancelled. What had succeeded is not done again.`,
		Example: `  kudoc retry zk --wait`,
		Args:    exactArgs("INSTANCE"),
		RunE:    func(cmd *cobra.Command, args []string) error { return o.retry(cmd.Context(), io, args[0]) },
	}
	o.cluster.AddFlags(cmd.Flags(), agent())
	cmd.Flags().StringVar(&o.execution, "execution", "", "name of the PlanExecution")
	cmd.Flags().BoolVar(&o.wait, "wait", false, "show the run until it has ended, and fail if it fails")
	cmd.Flags().DurationVar(&o.timeout, "timeout", 30*time.Minute, "how long --wait waits")
	return cmd
}

func (o *commandOptions) cancel(ctx context.Context, io stdio, name string) error {
	c, e, err := o.find(ctx, name, follow.RunsOrWaits)
	if err != nil {
		return err
	}
	before := e.DeepCopy()
	e.Spec.Cancel = true
	return o.command(ctx, io, c, before, e, "cancelled")
}

func (o *commandOptions) retry(ctx context.Context, io stdio, name string) error {
	c, e, err := o.find(ctx, name, follow.Stopped)
	if err != nil {
		return err
	}
	before := e.DeepCopy()
	e.Spec.Cancel, e.Spec.Retry = false, e.Spec.Retry+1
	if err := o.command(ctx, io, c, before, e, "retried"); err != nil || !o.wait {
		return err
	}
	return waited(name, follow.Execution(ctx, c, client.ObjectKeyFromObject(e), o.timeout, progress.New(io.err)))
}

func (o *commandOptions) command(ctx context.Context, io stdio, c client.Client, before, after *v1alpha1.PlanExecution, done string) error {
	patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	if err := c.Patch(ctx, after, patch, client.FieldOwner(manifest.FieldOwner)); err != nil {
		return fmt.Errorf("change the execution: %w", err)
	}
	_, err := fmt.Fprintf(io.out, "PlanExecution/%s/%s %s\n", after.Namespace, after.Name, done)
	return err
}

// find is the execution that a command is for: the named one, or the one that pick picks of those of the Instance, oldest first.
func (o *commandOptions) find(ctx context.Context, name string, pick func(*v1alpha1.Instance, []v1alpha1.PlanExecution) (*v1alpha1.PlanExecution, string)) (client.Client, *v1alpha1.PlanExecution, error) {
	c, namespace, err := o.cluster.Connect()
	if err != nil {
		return nil, nil, err
	}
	key := client.ObjectKey{Namespace: namespace, Name: name}
	var inst v1alpha1.Instance
	if err := c.Get(ctx, key, &inst); err != nil {
		return nil, nil, cluster.NotFound(err, key)
	}
	all, err := follow.Executions(ctx, c, key)
	if err != nil {
		return nil, nil, fmt.Errorf("list executions: %w", err)
	}
	if o.execution != "" {
		all = slices.DeleteFunc(all, func(e v1alpha1.PlanExecution) bool { return e.Name != o.execution })
		if len(all) == 0 {
			return nil, nil, fmt.Errorf("instance %s has no execution %q: 'kudoc status %s' lists them", key, o.execution, name)
		}
	}
	e, why := pick(&inst, all)
	if e == nil {
		return nil, nil, fmt.Errorf("instance %s: %s", key, why)
	}
	return c, e, nil
}
