package folder

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// TryLock takes the lock on a folder. It returns nil when somebody else has it.
//
// The lock belongs to the open file, not to the process: children that inherit
// the file keep it locked. There is no lock file that could be left behind or
// be removed under a waiting process; the lock is on the folder itself.
func TryLock(dir string) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("lock the sandbox folder: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, nil
		}
		return nil, fmt.Errorf("lock the sandbox folder %s: %w", dir, err)
	}
	// The former holder may have removed the folder between open and lock; a
	// lock on a removed folder protects nothing.
	if !Same(f, dir) {
		_ = f.Close()
		return nil, fmt.Errorf("lock the sandbox folder: %w", &os.PathError{Op: "open", Path: dir, Err: os.ErrNotExist})
	}
	return f, nil
}

// Same reports whether an open folder is still the one of that name.
func Same(f *os.File, dir string) bool {
	held, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(dir)
	return err == nil && os.SameFile(held, named)
}

// Locked reports whether any process of a sandbox in dir lives.
func Locked(dir string) (bool, error) {
	f, err := TryLock(dir)
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
