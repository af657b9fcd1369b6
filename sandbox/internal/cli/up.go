package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/kudoc/kudoc/sandbox/internal/cluster"
)

// bootFlags are the settings of a new sandbox.
type bootFlags struct {
	dir     string
	nodes   int
	timeout time.Duration
}

func (f *bootFlags) add(cmd *cobra.Command) {
	addDir(cmd, &f.dir)
	cmd.Flags().IntVar(&f.nodes, "nodes", 1, "number of simulated nodes: node-1, node-2, ...")
	cmd.Flags().DurationVar(&f.timeout, "timeout", 2*time.Minute, "give up the boot after this time")
}

func (f *bootFlags) validate() error {
	if f.nodes < 1 || f.nodes > 1000 {
		return fmt.Errorf("--nodes=%d: choose 1 to 1000 nodes", f.nodes)
	}
	if f.timeout <= 0 {
		return fmt.Errorf("--timeout=%s: choose a positive time", f.timeout)
	}
	return nil
}

func newUpCmd(s Streams) *cobra.Command {
	var boot bootFlags
	var owner int
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Start the sandbox and print the path of its kubeconfig",
		Long: `Start the sandbox in the background and wait until it is usable: the API answers,
the nodes are ready and pods can be created. Prints the path of the kubeconfig.
If it runs already, that is all up does. What a sandbox that died left behind is
removed first. If the boot fails or is interrupted, no process stays.`,
		Example: "  export KUBECONFIG=$(sandbox up)",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := boot.validate(); err != nil {
				return err
			}
			dir, err := resolveDir(boot.dir)
			if err != nil {
				return err
			}
			opts := cluster.Options{Dir: dir, Nodes: boot.nodes, OwnerPID: owner, Timeout: boot.timeout}
			if _, err := cluster.Up(cmd.Context(), opts, s.Err); err != nil {
				return fmt.Errorf("up: %w", err)
			}
			_, err = fmt.Fprintln(s.Out, cluster.Layout{Dir: dir}.Kubeconfig())
			return err
		},
	}
	boot.add(cmd)
	cmd.Flags().IntVar(&owner, "owner-pid", 0, "stop the sandbox when the process with this id is gone")
	return cmd
}
