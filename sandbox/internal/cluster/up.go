package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/kudoc/kudoc/sandbox/internal/folder"
)

// Up makes sure that a sandbox runs in the folder and returns its state. One
// that runs already is used as it is; what a dead one left behind is removed.
// When ctx ends, or the boot fails, nothing of a sandbox that Up started stays.
func Up(ctx context.Context, opts Options, progress io.Writer) (State, error) {
	l := folder.Layout{Dir: opts.Dir}
	for {
		if err := l.Prepare(); err != nil {
			return State{}, err
		}
		lock, err := folder.TryLock(l.Dir)
		switch {
		case errors.Is(err, os.ErrNotExist):
			continue // a former sandbox has just removed its folder
		case err != nil:
			return State{}, err
		case lock != nil:
			return bootNew(ctx, l, opts, lock, progress)
		}
		state, err := attach(ctx, l, opts, progress)
		if errors.Is(err, errGone) {
			continue // it was on its way out; its lock is free now
		}
		return state, err
	}
}

// errGone says that the sandbox which was there has ended.
var errGone = errors.New("the sandbox has ended")

// attach waits for a sandbox that somebody else started.
func attach(ctx context.Context, l folder.Layout, opts Options, progress io.Writer) (State, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, opts.Timeout, fmt.Errorf("a sandbox lives in %s but does not get usable: see %s, or stop it with sandbox down", l.Dir, l.Logs()))
	defer cancel()
	var state State
	var ended bool
	err := poll(ctx, 100*time.Millisecond, func(ctx context.Context) error {
		held, err := folder.Locked(l.Dir)
		if err != nil {
			return err
		}
		if ended = !held; ended {
			return nil
		}
		if state, _, err = readState(l); err != nil {
			return err
		}
		if state.Phase != Running {
			return fmt.Errorf("it is %s", state.Phase)
		}
		api, err := admin(l, state.Server)
		if err != nil {
			return err
		}
		_, err = api.get(ctx, "/readyz")
		return err
	})
	if err != nil {
		return State{}, err
	}
	if ended {
		return State{}, errGone
	}
	fmt.Fprintf(progress, "sandbox: already running in %s\n", l.Dir)
	return state, nil
}

// bootNew starts a supervisor, which inherits the lock, and follows its boot.
func bootNew(ctx context.Context, l folder.Layout, opts Options, lock *os.File, progress io.Writer) (State, error) {
	defer func() { _ = lock.Close() }()
	if l.Used() {
		fmt.Fprintf(progress, "sandbox: removing what a former sandbox left in %s\n", l.Dir)
		// The folder stays: it is what is locked.
		for _, name := range folder.Owned() {
			if err := os.RemoveAll(l.Path(name)); err != nil {
				return State{}, fmt.Errorf("remove what a former sandbox left: %w", err)
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return State{}, errors.Join(err, l.Clear())
	}
	cmd, err := startSupervisor(l, opts, lock)
	if err != nil {
		return State{}, err
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // how it ended is in the state
		close(ended)
	}()
	began := time.Now()
	state, err := follow(ctx, l, ended, progress)
	if err != nil {
		_ = cmd.Process.Signal(syscall.SIGTERM) // one that has ended gets none
		return State{}, errors.Join(err, settle(l, lock))
	}
	fmt.Fprintf(progress, "sandbox: Kubernetes %s with %d node(s) is up after %.1fs; stop it with: sandbox down\n",
		state.Version, state.Nodes, time.Since(began).Seconds())
	return state, nil
}

// args are the command line that gives a supervisor the same options.
func (o Options) args() []string {
	args := []string{
		"--dir=" + o.Dir,
		"--nodes=" + strconv.Itoa(o.Nodes),
		"--owner-pid=" + strconv.Itoa(o.OwnerPID),
		"--timeout=" + o.Timeout.String(),
	}
	if o.Real {
		args = append(args, "--node=real", "--images="+strings.Join(o.Images, ","))
	}
	return args
}

// startSupervisor runs the program again as the supervisor, in a session of
// its own so that it outlives the terminal.
func startSupervisor(l folder.Layout, opts Options, lock *os.File) (*exec.Cmd, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find the program to run: %w", err)
	}
	if err := os.MkdirAll(l.Logs(), 0o700); err != nil {
		return nil, fmt.Errorf("make the log folder: %w", err)
	}
	log, err := os.OpenFile(l.Log("supervisor"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("start the supervisor: %w", err)
	}
	defer func() { _ = log.Close() }()
	cmd := exec.Command(program, append([]string{"supervise"}, opts.args()...)...)
	cmd.Dir = "/"
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{lock}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the supervisor: %w", err)
	}
	return cmd, nil
}

// follow prints the stages of the boot as they finish.
func follow(ctx context.Context, l folder.Layout, ended <-chan struct{}, progress io.Writer) (State, error) {
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	printed := 0
	for {
		state, _, err := readState(l)
		if err != nil {
			return State{}, err
		}
		for ; printed < len(state.Stages); printed++ {
			fmt.Fprintf(progress, "sandbox: %s %.1fs\n", state.Stages[printed].Name, state.Stages[printed].Seconds)
		}
		if state.Phase == Running {
			return state, nil
		}
		select {
		case <-ctx.Done():
			return State{}, context.Cause(ctx)
		case <-ended:
			return State{}, bootFailure(l)
		case <-ticker.C:
		}
	}
}

// bootFailure tells why a supervisor ended before the sandbox was up.
func bootFailure(l folder.Layout) error {
	state, found, err := readState(l)
	if err == nil && found && state.Error != "" {
		return fmt.Errorf("boot: %s", state.Error)
	}
	return fmt.Errorf("boot: the supervisor ended early: see %s", l.Log("supervisor"))
}

// settle waits until a sandbox that does not come up has no process left.
func settle(l folder.Layout, lock *os.File) error {
	if err := lock.Close(); err != nil {
		return fmt.Errorf("unlock the sandbox folder: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	return waitUnlocked(ctx, l.Dir)
}
