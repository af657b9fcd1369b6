package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"github.com/kudoc/kudoc/sandbox/internal/folder"
)

// stopTimeout is more than the grace periods of all components together.
const stopTimeout = 20 * time.Second

// Down stops the sandbox in a folder, if there is one, and removes its files.
func Down(ctx context.Context, dir string, progress io.Writer) error {
	l := folder.Layout{Dir: dir}
	began := time.Now()
	held, err := folder.Locked(dir)
	if err != nil {
		return err
	}
	if !held {
		return sweep(l, progress)
	}
	if err := tell(ctx, l, syscall.SIGTERM); err != nil {
		return err
	}
	waiting, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	if err := waitUnlocked(waiting, dir); err != nil {
		if ctx.Err() != nil {
			return err
		}
		fmt.Fprintf(progress, "sandbox: the supervisor does not stop: killing it\n")
		if err := tell(ctx, l, syscall.SIGKILL); err != nil {
			return err
		}
		last, cancel := context.WithTimeout(ctx, stopTimeout)
		defer cancel()
		if err := waitUnlocked(last, dir); err != nil {
			return err
		}
	}
	if err := removeRest(l); err != nil {
		return err
	}
	fmt.Fprintf(progress, "sandbox: stopped in %.1fs\n", time.Since(began).Seconds())
	return nil
}

// sweep removes what a sandbox that no longer lives has left.
func sweep(l folder.Layout, progress io.Writer) error {
	if !l.Used() {
		fmt.Fprintf(progress, "sandbox: none runs in %s\n", l.Dir)
		return nil
	}
	fmt.Fprintf(progress, "sandbox: none runs in %s; removing what one left\n", l.Dir)
	return removeRest(l)
}

// removeRest removes files under the lock, so that it cannot hit a sandbox
// which somebody starts at this moment.
func removeRest(l folder.Layout) error {
	lock, err := folder.TryLock(l.Dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if lock == nil {
		return fmt.Errorf("another sandbox was started in %s in the meantime", l.Dir)
	}
	defer func() { _ = lock.Close() }()
	return l.Clear()
}

// tell sends a signal to the supervisor. Its process id is good for as long as
// the lock is held; a supervisor that is gone takes its children along, and
// then there is nobody to tell.
func tell(ctx context.Context, l folder.Layout, sig syscall.Signal) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return poll(ctx, 50*time.Millisecond, func(context.Context) error {
		held, err := folder.Locked(l.Dir)
		if err != nil || !held {
			return err
		}
		state, found, err := readState(l)
		if err != nil {
			return err
		}
		if !found {
			return fmt.Errorf("the supervisor in %s has not said who it is", l.Dir)
		}
		err = syscall.Kill(state.Supervisor, sig)
		if errors.Is(err, syscall.ESRCH) {
			return nil
		}
		return err
	})
}
