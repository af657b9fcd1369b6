package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/cluster"
	"github.com/kudoc/kudoc/internal/follow"
	"github.com/kudoc/kudoc/internal/progress"
)

type statusOptions struct {
	cluster cluster.Options
	watch   bool
	output  string
	history int
}

func newStatusCmd(io stdio) *cobra.Command {
	var o statusOptions
	cmd := &cobra.Command{
		Use:   "status INSTANCE",
		Short: "Show an instance, its executions, and what they wait for",
		Example: `  kudoc status zk
  kudoc status zk -w
  kudoc status zk -o json`,
		Args: exactArgs("INSTANCE"),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), io, args[0]) },
	}
	o.cluster.AddFlags(cmd.Flags(), agent())
	f := cmd.Flags()
	f.BoolVarP(&o.watch, "watch", "w", false, "go on showing it until interrupted")
	f.StringVarP(&o.output, "output", "o", "tree", "tree or json")
	f.IntVar(&o.history, "history", 3, "number of executions to show")
	return cmd
}

func (o *statusOptions) run(ctx context.Context, io stdio, name string) error {
	switch {
	case o.output != "tree" && o.output != "json":
		return usagef("--output %q is neither tree nor json", o.output)
	case o.output == "json" && o.watch:
		return usagef("--watch shows a tree: it does not go with -o json")
	case o.history < 1:
		return usagef("--history %d: at least 1 is needed", o.history)
	}
	c, namespace, err := o.cluster.Connect()
	if err != nil {
		return err
	}
	key := client.ObjectKey{Namespace: namespace, Name: name}
	if o.watch {
		return o.follow(ctx, c, key, progress.New(io.out))
	}
	inst, executions, err := read(ctx, c, key)
	if err != nil {
		return err
	}
	if o.output == "json" {
		return progress.JSON(io.out, inst, executions)
	}
	_, err = fmt.Fprintln(io.out, strings.Join(progress.Instance(inst, executions, o.history, progress.New(io.out).Style), "\n"))
	return err
}

func read(ctx context.Context, c client.Client, key client.ObjectKey) (*v1alpha1.Instance, []v1alpha1.PlanExecution, error) {
	var inst v1alpha1.Instance
	if err := c.Get(ctx, key, &inst); err != nil {
		return nil, nil, cluster.NotFound(err, key)
	}
	executions, err := follow.Executions(ctx, c, key)
	return &inst, executions, err
}

// follow redraws the status until it is interrupted or the instance is gone.
func (o *statusOptions) follow(ctx context.Context, c client.Client, key client.ObjectKey, s *progress.Screen) error {
	tick := time.NewTicker(follow.Interval)
	defer tick.Stop()
	shown := false
	for {
		inst, executions, err := read(ctx, c, key)
		switch {
		case ctx.Err() != nil:
			return nil // to be interrupted is how it ends
		case shown && apierrors.IsNotFound(err):
			gone := []string{fmt.Sprintf("Instance/%s/%s is gone", key.Namespace, key.Name)}
			s.Draw(gone)
			s.Say(gone[0])
			return nil
		case err != nil && !follow.Passing(err):
			return err
		case err == nil:
			shown = true
			lines := progress.Instance(inst, executions, o.history, s.Style)
			s.Draw(lines)
			for _, l := range lines {
				s.Say(l)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
