package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// tryLock takes the lock on a folder. It returns nil when somebody else has it.
//
// The lock belongs to the open file, not to the process: children that inherit
// the file keep it locked. There is no lock file that could be left behind or
// be removed under a waiting process; the lock is on the folder itself.
func tryLock(dir string) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("lock the sandbox folder: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, nil
		}
		return nil, fmt.Errorf("lock the sandbox folder %s: %w", dir, err)
	}
	// The former holder may have removed the folder between open and lock; a
	// lock on a removed folder protects nothing.
	if !sameFolder(f, dir) {
		f.Close()
		return nil, fmt.Errorf("lock the sandbox folder: %w", &os.PathError{Op: "open", Path: dir, Err: os.ErrNotExist})
	}
	return f, nil
}

func sameFolder(f *os.File, dir string) bool {
	held, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(dir)
	return err == nil && os.SameFile(held, named)
}

// locked reports whether any process of a sandbox in dir lives.
func locked(dir string) (bool, error) {
	f, err := tryLock(dir)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if f == nil {
		return true, nil
	}
	return false, f.Close()
}

// waitUnlocked waits until no process of the sandbox in dir lives.
func waitUnlocked(ctx context.Context, dir string) error {
	return poll(ctx, 50*time.Millisecond, func(context.Context) error {
		held, err := locked(dir)
		if err != nil {
			return err
		}
		if held {
			return fmt.Errorf("a process of the sandbox in %s still runs", dir)
		}
		return nil
	})
}

// poll calls check until it returns nil. When ctx ends first, the reason is
// ctx's, with what check last said.
func poll(ctx context.Context, interval time.Duration, check func(context.Context) error) error {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		err := check(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w (last: %w)", context.Cause(ctx), err)
		case <-ticker.C:
		}
	}
}
