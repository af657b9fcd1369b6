package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/kudoc/kudoc/sandbox/internal/cluster"
	"github.com/kudoc/kudoc/sandbox/internal/folder"
)

func newRunCmd(s Streams) *cobra.Command {
	var boot bootFlags
	cmd := &cobra.Command{
		Use:   "run [flags] -- COMMAND [ARGS...]",
		Short: "Run a command with a sandbox of its own",
		Long: `Boot a sandbox, run the command with KUBECONFIG set, and remove the sandbox when
the command ends, also after an interrupt and even if this program is killed. The
exit status is the command's. Without --dir the sandbox gets a new folder, so any
number of runs can go on at once; --dir must not name one that runs already.`,
		Example: "  sandbox run -- go test ./...\n  sandbox run --nodes=3 -- sh -c 'sandbox kubectl get nodes'",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := boot.validate(); err != nil {
				return err
			}
			return run(cmd.Context(), s, boot, args)
		},
	}
	boot.add(cmd)
	cmd.Flags().SetInterspersed(false)
	return cmd
}

// run boots, runs and removes. The owner's process id covers the ends at which
// no deferred call runs.
func run(ctx context.Context, s Streams, boot bootFlags, args []string) (err error) {
	dir, err := runDir(ctx, boot.dir)
	if err != nil {
		return fmt.Errorf("run: %w", err)
	}
	if err := boot.boot(ctx, s, dir, os.Getpid()); err != nil {
		return fmt.Errorf("run: %w", err)
	}
	defer func() {
		// The interrupt that ended the command must not end the clean-up.
		if downErr := cluster.Down(context.WithoutCancel(ctx), dir, s.Err); downErr != nil {
			err = errors.Join(err, fmt.Errorf("run: %w", downErr))
		}
	}()
	return command(s, folder.Layout{Dir: dir}, args, (*exec.Cmd).Start)
}

// runDir is the folder for one run. A sandbox that runs already is refused: run
// would stop it in the end, and somebody may be using it.
func runDir(ctx context.Context, dir string) (string, error) {
	if dir == "" {
		root, err := folder.Root()
		if err != nil {
			return "", err
		}
		if err := os.MkdirAll(root, 0o700); err != nil {
			return "", err
		}
		return os.MkdirTemp(root, "run-")
	}
	dir, err := resolveDir(dir)
	if err != nil {
		return "", err
	}
	status, err := cluster.Inspect(ctx, dir)
	if err != nil {
		return "", err
	}
	if status.Server != "" {
		return "", fmt.Errorf("a sandbox runs in %s: leave --dir out, or stop it with sandbox down", dir)
	}
	return dir, nil
}

// command runs the user's command in this process group, so that it owns the
// terminal. It therefore gets a ^C by itself; other signals are passed on.
func command(s Streams, l folder.Layout, args []string, start func(*exec.Cmd) error) error {
	const patience = 10 * time.Second
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = s.In, s.Out, s.Err
	cmd.Env = append(os.Environ(), "KUBECONFIG="+l.Kubeconfig(), folder.DirEnv+"="+l.Dir)
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	if err := start(cmd); err != nil {
		return fmt.Errorf("run %s: %w", args[0], err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	var late <-chan time.Time
	for {
		select {
		case err := <-ended:
			return exitOf(err)
		case sig := <-signals:
			if sig != os.Interrupt {
				_ = cmd.Process.Signal(sig) // one that has ended gets none
			}
			late = time.After(patience)
		case <-late:
			fmt.Fprintf(s.Err, "sandbox: %s does not end: killing it\n", args[0])
			_ = cmd.Process.Kill()
		}
	}
}

// exitOf gives the command's end as a shell would: 128 and the signal's number
// if a signal ended it.
func exitOf(err error) error {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return err
	}
	if ws, ok := exit.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return exitCode(128 + int(ws.Signal()))
	}
	return exitCode(exit.ExitCode())
}
