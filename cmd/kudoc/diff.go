package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	k8sruntime "k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/cluster"
	"github.com/kudoc/kudoc/internal/preview"
	"github.com/kudoc/kudoc/internal/runtime/execution"
)

func newDiffCmd(io stdio) *cobra.Command {
	var o applyOptions
	cmd := &cobra.Command{
		Use:   "diff DIR",
		Short: "Show what apply would change in the cluster",
		Long: `diff compiles the framework in DIR and shows what 'kudoc apply' with the same flags would change: the plans that run,
and what becomes of each object. The API server applies the objects for show, so that its defaults and refusals count. For an
Instance that names a service account it does so as that account, if you may impersonate it.

Exit code 0 means that nothing would change, 1 that something would.`,
		Example: `  kudoc diff ./frameworks/zookeeper --instance zk -p replicas=5`,
		Args:    exactArgs("DIR"),
		RunE:    func(cmd *cobra.Command, args []string) error { return o.diff(cmd.Context(), io, args[0]) },
	}
	o.addFlags(cmd)
	return cmd
}

func (o *applyOptions) diff(ctx context.Context, io stdio, dir string) error {
	if o.instance == "" {
		return usagef("kudoc diff needs --instance")
	}
	res, c, spec, err := o.prepare(ctx, io, dir)
	if err != nil {
		return err
	}
	inst := &v1alpha1.Instance{}
	if err := c.Get(ctx, client.ObjectKeyFromObject(spec), inst); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("read instance: %w", cluster.Installed(err))
	}
	status := inst.Status
	if err := k8sruntime.DefaultUnstructuredConverter.FromUnstructured(spec.Object, inst); err != nil {
		return fmt.Errorf("instance %s: %w", o.instance, err)
	}
	inst.Status = status
	runs, err := preview.Runs(ctx, c, inst, res.Version)
	if err != nil {
		return err
	}
	as, err := o.cluster.OnBehalf(ctx, io.err, c, inst)
	if err != nil {
		return err
	}
	return printPreview(ctx, io, as, runs)
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
