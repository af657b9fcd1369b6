package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/kudoc/kudoc/sandbox/internal/cluster"
	"github.com/kudoc/kudoc/sandbox/internal/folder"
)

// bootFlags are the settings of a new sandbox.
type bootFlags struct {
	dir     string
	nodes   int
	node    string
	images  []string
	timeout time.Duration
}

// What --node chooses from.
const (
	nodeSimulated = "simulated"
	nodeReal      = "real"
)

func (f *bootFlags) add(cmd *cobra.Command) {
	addDir(cmd, &f.dir)
	cmd.Flags().IntVar(&f.nodes, "nodes", 1, "number of simulated nodes: node-1, node-2, ...")
	cmd.Flags().StringVar(&f.node, "node", nodeSimulated, "simulated, or real for one node that runs containers (see sandbox preflight)")
	cmd.Flags().StringSliceVar(&f.images, "images", nil, "what a real node gets: images by name, archives, folders of archives (default all that are built)")
	cmd.Flags().DurationVar(&f.timeout, "timeout", 2*time.Minute, "give up the boot after this time")
}

func (f *bootFlags) validate() error {
	if f.nodes < 1 || f.nodes > 1000 {
		return fmt.Errorf("--nodes=%d: choose 1 to 1000 nodes", f.nodes)
	}
	if f.node != nodeSimulated && f.node != nodeReal {
		return fmt.Errorf("--node=%s: choose %s or %s", f.node, nodeSimulated, nodeReal)
	}
	if f.node == nodeReal && f.nodes != 1 {
		return fmt.Errorf("--nodes=%d: there is one real node, leave --nodes out", f.nodes)
	}
	if f.node == nodeSimulated && len(f.images) > 0 {
		return errors.New("--images is for --node=real: simulated nodes run no image")
	}
	if f.timeout <= 0 {
		return fmt.Errorf("--timeout=%s: choose a positive time", f.timeout)
	}
	return nil
}

// options are the settings for package cluster, made absolute: the supervisor
// works in another folder.
func (f *bootFlags) options(dir string, owner int) (cluster.Options, error) {
	opts := cluster.Options{Dir: dir, Nodes: f.nodes, OwnerPID: owner, Timeout: f.timeout, Real: f.node == nodeReal}
	for _, name := range f.images {
		if _, err := os.Stat(name); err == nil {
			if name, err = filepath.Abs(name); err != nil {
				return opts, err
			}
		}
		opts.Images = append(opts.Images, name)
	}
	return opts, nil
}

// boot starts the sandbox, after everything that a real node needs is found.
func (f *bootFlags) boot(ctx context.Context, s Streams, dir string, owner int) error {
	opts, err := f.options(dir, owner)
	if err != nil {
		return err
	}
	if opts.Real {
		if err := prepareReal(ctx, s, opts); err != nil {
			return err
		}
	}
	_, err = cluster.Up(ctx, opts, s.Err)
	return err
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
		Example: "  export KUBECONFIG=$(sandbox up)\n  sandbox image build zookeeper && sandbox up --node=real",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := boot.validate(); err != nil {
				return err
			}
			dir, err := resolveDir(boot.dir)
			if err != nil {
				return err
			}
			if err := boot.boot(cmd.Context(), s, dir, owner); err != nil {
				return fmt.Errorf("up: %w", err)
			}
			_, err = fmt.Fprintln(s.Out, folder.Layout{Dir: dir}.Kubeconfig())
			return err
		},
	}
	boot.add(cmd)
	cmd.Flags().IntVar(&owner, "owner-pid", 0, "stop the sandbox when the process with this id is gone")
	return cmd
}
