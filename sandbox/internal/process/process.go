// Package process runs the components of a sandbox as processes that end with
// the supervisor that started them, however it ended.
package process

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"github.com/kudoc/kudoc/sandbox/internal/component"
	"github.com/kudoc/kudoc/sandbox/internal/folder"
)

// Files that a child of the supervisor inherits, after stdin, stdout, stderr.
const (
	LockFD     = 3 // keeps the sandbox's folder locked while the child lives
	lifelineFD = 4 // reading end of a pipe that the supervisor never writes to
)

// lifelineEnv tells a child that it has a lifeline.
const lifelineEnv = "KUDOC_SANDBOX_LIFELINE"

// HoldLifeline ends this process as soon as the supervisor that started it is
// gone, however that happened: the system closes the writing end of the pipe.
// In a process that no supervisor started it does nothing.
func HoldLifeline() {
	fd, err := strconv.Atoi(os.Getenv(lifelineEnv))
	if err != nil {
		return
	}
	_ = os.Unsetenv(lifelineEnv)
	pipe := os.NewFile(uintptr(fd), "lifeline")
	go func() {
		_, _ = io.Copy(io.Discard, pipe)
		fmt.Fprintln(os.Stderr, "sandbox: the supervisor is gone: exiting")
		os.Exit(1) //nolint:forbidigo // the component runs in goroutines that take no error
	}()
}

// systemPrograms are folders that the PATH of a user may lack and whose programs
// a real node runs.
const systemPrograms = ":/usr/local/sbin:/usr/sbin:/sbin"

// environment is what components see. They read settings from variables
// (ETCD_*, KWOK_*, KUBECONFIG, proxies) and a user's must not leak in.
func environment(l folder.Layout, getenv func(string) string) []string {
	work := l.Path("work")
	return []string{
		"PATH=" + getenv("PATH") + systemPrograms,
		"HOME=" + work,
		"TMPDIR=" + work,
		"KWOK_WORKDIR=" + work,
		lifelineEnv + "=" + strconv.Itoa(lifelineFD),
	}
}

// Child is a component's running process.
type Child struct {
	Name string
	cmd  *exec.Cmd
	Done chan struct{} // closed when the process has ended
	err  error         // how it ended; read after Done
}

// Start runs the program itself as one component, with its output in a
// file. The caller of launch must stay on its system thread for as long as
// children live: Linux ends them with the thread that started them.
func Start(l folder.Layout, c component.Spec, program string, launch func(*exec.Cmd) error, files []*os.File) (*Child, error) {
	log, err := os.OpenFile(l.Log(c.Name), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Name, err)
	}
	defer func() { _ = log.Close() }()
	cmd := exec.Command(program, append([]string{c.Name}, c.Args...)...)
	if c.Program != "" {
		cmd = exec.Command(c.Program, c.Args...)
	}
	cmd.Dir = l.Path("work")
	cmd.Env = environment(l, os.Getenv)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = files
	cmd.SysProcAttr = childAttributes()
	if err := launch(cmd); err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Name, err)
	}
	ch := &Child{Name: c.Name, cmd: cmd, Done: make(chan struct{})}
	go func() {
		ch.err = cmd.Wait()
		close(ch.Done)
	}()
	return ch, nil
}

// Stop asks the process to end, and makes it end after a grace period.
func (c *Child) Stop(grace time.Duration) {
	_ = c.cmd.Process.Signal(syscall.SIGTERM) // one that has ended gets none
	select {
	case <-c.Done:
	case <-time.After(grace):
		_ = c.cmd.Process.Kill()
		<-c.Done
	}
}

// PID is the process id.
func (c *Child) PID() int { return c.cmd.Process.Pid }

// How says in words how an ended process ended.
func (c *Child) How() string {
	if c.err != nil {
		return c.err.Error()
	}
	return "exit status 0"
}

// Alive reports whether a process exists. A process of another user does.
func Alive(pid int) bool {
	if pid <= 0 {
		return false
	}
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
