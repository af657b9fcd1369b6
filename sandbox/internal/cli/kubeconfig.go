package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/kudoc/kudoc/sandbox/internal/cluster"
	"github.com/kudoc/kudoc/sandbox/internal/folder"
)

func newKubeconfigCmd(s Streams) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "kubeconfig",
		Short: "Print the path of the running sandbox's kubeconfig",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			dir, err := resolveDir(dir)
			if err != nil {
				return err
			}
			path, err := cluster.Kubeconfig(dir)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(s.Out, path)
			return err
		},
	}
	addDir(cmd, &dir)
	return cmd
}

// newKubectlCmd is there for the help: the program runs kubectl before this
// command line sees the arguments, because they are kubectl's alone.
func newKubectlCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "kubectl ARGS...",
		Short: "Run kubectl, by default on the sandbox",
		Long: `Run the kubectl that is linked into this program. Without KUBECONFIG in the
environment it speaks to the running sandbox.`,
		DisableFlagParsing: true,
		RunE: func(*cobra.Command, []string) error {
			return errors.New("kubectl is not linked into this program: run sandbox/build")
		},
	}
}

// PointKubectl prepares the environment for kubectl: unless the user has chosen
// a cluster, it is the sandbox, and what kubectl caches about the sandbox goes
// away with it.
func PointKubectl() error {
	if os.Getenv("KUBECONFIG") != "" {
		return nil
	}
	dir, err := folder.DefaultDir(os.Getenv)
	if err != nil {
		return err
	}
	path, err := cluster.Kubeconfig(dir)
	if err != nil {
		return err
	}
	if os.Getenv("KUBECACHEDIR") == "" {
		if err := os.Setenv("KUBECACHEDIR", folder.Layout{Dir: dir}.Cache()); err != nil {
			return err
		}
	}
	return os.Setenv("KUBECONFIG", path)
}
