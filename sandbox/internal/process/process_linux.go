package process

import "syscall"

// childAttributes put a child in a process group of its own, so that a ^C at a
// terminal does not reach it, and let the kernel kill it with its supervisor
// even when it is too stuck to notice its lifeline.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
