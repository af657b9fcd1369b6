package node

import (
	"fmt"
	"os/exec"
	"runtime"

	"golang.org/x/sys/unix"
)

// Enter starts a command in the network of a node, whose first process is
// given, with the node's name server. The command sees the machine's files and
// processes as they are.
func Enter(cmd *exec.Cmd, init int, resolvConf string) error {
	done := make(chan error)
	go func() {
		// The thread has left the machine's namespaces and ends with this call.
		runtime.LockOSThread()
		done <- enter(cmd, init, resolvConf)
	}()
	return <-done
}

func enter(cmd *exec.Cmd, init int, resolvConf string) error {
	fd, err := unix.Open(fmt.Sprintf("/proc/%d/ns/net", init), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("find the node's network: %w", err)
	}
	defer func() { _ = unix.Close(fd) }()
	if err := separate(unix.CLONE_NEWNS); err != nil {
		return err
	}
	if err := mountOver(resolvConf, "/etc/resolv.conf"); err != nil {
		return err
	}
	if err := unix.Setns(fd, unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("enter the node's network: %w", err)
	}
	return cmd.Start()
}
