package node

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// lockName is an address in the machine's network that one node at a time
// holds. The kernel frees it with the last process that has it, and no file is
// left behind.
const lockName = "@kudoc-sandbox-node"

// ErrBusy says that the machine's one real node is taken.
var ErrBusy = errors.New("another real node runs on this machine, and there can be one at a time: stop it with sandbox down --dir=FOLDER")

// Lock takes the machine's one real node.
func Lock() (*os.File, error) {
	l, err := net.Listen("unix", lockName)
	if errors.Is(err, unix.EADDRINUSE) {
		return nil, ErrBusy
	}
	if err != nil {
		return nil, fmt.Errorf("lock the machine's real node: %w", err)
	}
	defer func() { _ = l.Close() }()
	f, err := l.(*net.UnixListener).File()
	if err != nil {
		return nil, fmt.Errorf("lock the machine's real node: %w", err)
	}
	return f, nil
}

// StartJanitor starts the process that outlives the sandbox and removes what
// the kernel does not. It keeps both locks until that is done.
func StartJanitor(program string, log, folderLock, lifeline, nodeLock *os.File) error {
	cmd := exec.Command(program, "node-janitor")
	cmd.Dir = "/"
	cmd.Env = []string{}
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{folderLock, lifeline, nodeLock}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the janitor: %w", err)
	}
	go func() { _ = cmd.Wait() }()
	return nil
}

// Janitor waits until the supervisor is gone, and with it the namespaces, and
// removes the node's cgroups.
func Janitor() int {
	const patience = 30 * time.Second
	signal.Ignore(unix.SIGINT, unix.SIGTERM, unix.SIGHUP)
	_, _ = io.Copy(io.Discard, os.NewFile(4, "lifeline"))
	var err error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if err = removeCgroups(cgroupRoot); err == nil {
			return 0
		}
	}
	fmt.Fprintf(os.Stderr, "sandbox: cgroups of the node are left: %v\n", err)
	return 1
}
