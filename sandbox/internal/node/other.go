//go:build !linux

package node

import (
	"errors"
	"os"
	"os/exec"
)

// ErrBusy says that the machine's one real node is taken.
var ErrBusy = errors.New("another real node runs on this machine")

var errLinux = errors.New("a real node needs Linux: leave --node=real out")

// Launcher starts processes inside of a node's namespaces.
type Launcher struct{}

// NewLauncher fails: namespaces exist on Linux only.
func NewLauncher() (*Launcher, error) { return nil, errLinux }

// Start fails: namespaces exist on Linux only.
func (*Launcher) Start(*exec.Cmd) error { return errLinux }

// Lock fails: there is no node to lock.
func Lock() (*os.File, error) { return nil, errLinux }

// StartJanitor fails: there is nothing to remove.
func StartJanitor(string, *os.File, *os.File, *os.File, *os.File) error { return errLinux }

// Enter fails: there is no node to enter.
func Enter(*exec.Cmd, int, string) error { return errLinux }

// Look finds that this is not Linux.
func Look(string, string) (Facts, error) { return Facts{}, nil }
