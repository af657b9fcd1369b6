package node

import (
	"fmt"
	"os/exec"
	"runtime"

	"golang.org/x/sys/unix"
)

// namespaces are what the node does not share with the machine.
const namespaces = unix.CLONE_NEWNS | unix.CLONE_NEWNET | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS | unix.CLONE_NEWPID

// Launcher starts processes in new namespaces from a process that stays
// outside. The process ids that it gives are those of the outside.
//
// It owns one system thread, which has left the machine's namespaces and whose
// children are born in the new ones. The first child is the init of the process
// namespace.
type Launcher struct {
	requests chan launch
}

type launch struct {
	cmd  *exec.Cmd
	done chan error
}

// NewLauncher makes the namespaces. They end with the processes in them and
// with this process.
func NewLauncher() (*Launcher, error) {
	l := &Launcher{requests: make(chan launch)}
	ready := make(chan error)
	go l.serve(ready)
	if err := <-ready; err != nil {
		return nil, err
	}
	return l, nil
}

// Start starts a command inside the namespaces.
func (l *Launcher) Start(cmd *exec.Cmd) error {
	r := launch{cmd: cmd, done: make(chan error)}
	l.requests <- r
	return <-r.done
}

// serve never ends: the children live as long as the thread that started them.
func (l *Launcher) serve(ready chan<- error) {
	runtime.LockOSThread()
	err := separate(namespaces)
	ready <- err
	if err != nil {
		return
	}
	first := true
	for r := range l.requests {
		if !first && r.cmd.SysProcAttr != nil {
			// They die with the first process, which dies with this thread. A
			// process that cannot see its parent would take it for dead.
			r.cmd.SysProcAttr.Pdeathsig = 0
		}
		err := r.cmd.Start()
		first = first && err != nil
		r.done <- err
	}
}

// separate moves this thread into new namespaces, in which nothing that gets
// mounted is seen by others.
func separate(flags int) error {
	if err := unix.Unshare(flags); err != nil {
		return fmt.Errorf("make namespaces: %w", err)
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	return nil
}
