//go:build unix && !linux

package process

import "syscall"

// childAttributes put a child in a process group of its own, so that a ^C at a
// terminal does not reach it. Here the lifeline alone ends it with its supervisor.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
