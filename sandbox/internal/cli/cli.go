// Package cli is the command line of the sandbox: one verb a file, each with its
// options and one call into package cluster.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/kudoc/kudoc/sandbox/internal/folder"
)

// Streams are where a command reads and writes. Results go to Out, everything
// that is for a person watching goes to Err.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// exitCode is an error that stands for a silent exit status.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// Main runs the command line and returns the exit status.
func Main(args []string, streams Streams) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	root := newRootCmd(streams)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	var code exitCode
	switch {
	case err == nil:
		return 0
	case errors.As(err, &code):
		return int(code)
	default:
		fmt.Fprintf(streams.Err, "sandbox: %v\n", err)
		return 1
	}
}

const about = `sandbox runs a Kubernetes control plane on this machine, for development and tests.

It is a real etcd, API server, controller manager and scheduler, linked into this
one program, with simulated nodes: pods get scheduled and become ready or complete
within moments, but no container runs and no volume holds data. It needs no root,
no container runtime and no network, and listens on 127.0.0.1 only. Not for
production: nothing is kept when it stops.

On Linux, --node=real makes one node that runs containers, with volumes, Services
and names, in namespaces of its own. It needs root and a few packages, which
sandbox preflight names, and images, which sandbox image build makes without a
registry.

Files are in one private folder: kubeconfig, logs/, keys and data. The folder is
--dir, or $` + folder.DirEnv + `, or kudoc/sandbox/default in the user's cache
folder. Sandboxes in different folders do not disturb each other.

Annotations on a pod (or on the pod template) choose how a simulated one fares:
  sandbox.kudoc.dev/fail: "true"         a Job's pod fails; any other crash-loops
  sandbox.kudoc.dev/unready: "true"      it runs but does not get ready (or no longer is)
  sandbox.kudoc.dev/image-error: "true"  it waits for ever with ErrImagePull
  sandbox.kudoc.dev/duration: "5s"       a Job's pod takes that long
Taking fail, unready or image-error away from a running or waiting pod heals it.`

const examples = `  export KUBECONFIG=$(sandbox up)      # boot, or use the one that runs
  sandbox kubectl get nodes
  sandbox status
  sandbox down
  sandbox run -- go test ./...         # a fresh one for one command

  sandbox image build zookeeper        # once
  sandbox up --node=real               # a node that runs containers`

func newRootCmd(s Streams) *cobra.Command {
	root := &cobra.Command{
		Use:           "sandbox",
		Short:         "Run a development Kubernetes on this machine",
		Long:          about,
		Example:       examples,
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		// Without something to run, cobra would greet an unknown verb with the help.
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(s.In)
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(newUpCmd(s), newDownCmd(s), newRunCmd(s), newStatusCmd(s), newKubeconfigCmd(s), newKubectlCmd(),
		newPreflightCmd(s), newImageCmd(s), newEnterCmd(s), newVersionCmd(s), newSuperviseCmd(s))
	return root
}

// addDir adds --dir, whose default is resolved when the command runs: an
// environment that names no folder is an error only for who needs one.
func addDir(cmd *cobra.Command, dir *string) {
	cmd.Flags().StringVar(dir, "dir", "", "folder of the sandbox (default $"+folder.DirEnv+", or kudoc/sandbox/default in the user's cache folder)")
}

func resolveDir(dir string) (string, error) {
	if dir == "" {
		return folder.DefaultDir(os.Getenv)
	}
	return filepath.Abs(dir)
}
