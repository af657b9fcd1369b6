package cluster

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"runtime"
	"time"

	"github.com/kudoc/kudoc/sandbox/internal/component"
	"github.com/kudoc/kudoc/sandbox/internal/folder"
	"github.com/kudoc/kudoc/sandbox/internal/process"
)

// Options are the settings of a sandbox.
type Options struct {
	Dir      string
	Nodes    int
	Real     bool          // one real node in place of simulated ones
	Images   []string      // for a real node: images of the cache, archives or folders of archives; none for the whole cache
	OwnerPID int           // stop when this process is gone; 0 for none
	Timeout  time.Duration // of the boot
}

// Reasons to stop, which are no failures.
var (
	errTold      = errors.New("told to stop")
	errOwnerGone = errors.New("the owner is gone")
)

// supervisor owns the components of one sandbox.
type supervisor struct {
	Options
	layout     folder.Layout
	program    string
	log        *log.Logger
	lock       *os.File // inherited from up; passed on to children
	lifeline   *os.File // reading end, for children
	launch     func(*exec.Cmd) error
	real       *realNode        // nil with simulated nodes
	components []component.Spec // what is to run, once it is known
	children   []*process.Child
	state      State
	fail       context.CancelCauseFunc // ends the sandbox with a reason
	booted     chan struct{}           // closed when all components have been well
	over       <-chan struct{}         // closed when the sandbox ends
	todo       chan func()             // what goroutines want to have done
	tries      map[string]int          // how often components were started again without getting well
}

// Supervise boots a sandbox and watches it until stop is done, a component
// dies and cannot be started again or the owner is gone; then it stops all components. It removes the
// sandbox's files unless the sandbox failed, when the logs are worth reading.
//
// Its caller, up, has locked the folder; the lock is inherited.
func Supervise(stop context.Context, opts Options, logger *log.Logger) error {
	// Children die with the thread that starts them (see process.Start).
	runtime.LockOSThread()
	lock := os.NewFile(process.LockFD, opts.Dir)
	if !folder.Same(lock, opts.Dir) {
		return fmt.Errorf("supervise holds no lock on %s: it is run by sandbox up, not by hand", opts.Dir)
	}
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the program to run: %w", err)
	}
	read, write, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("make the lifeline: %w", err)
	}
	defer func() { _ = write.Close() }()

	ctx, fail := context.WithCancelCause(context.Background())
	defer fail(nil)
	defer context.AfterFunc(stop, func() { fail(errTold) })()
	s := &supervisor{
		Options:  opts,
		layout:   folder.Layout{Dir: opts.Dir},
		program:  program,
		log:      logger,
		lock:     lock,
		lifeline: read,
		state:    State{Phase: Booting, Supervisor: os.Getpid(), Started: time.Now(), Nodes: opts.Nodes, Real: opts.Real},
		launch:   (*exec.Cmd).Start,
		fail:     fail,
		booted:   make(chan struct{}),
		over:     ctx.Done(),
		todo:     make(chan func()),
		tries:    map[string]int{},
	}
	if opts.OwnerPID != 0 {
		go s.watchOwner(ctx)
	}
	if err := s.boot(ctx); err != nil {
		fail(err)
	} else {
		close(s.booted)
	}
	s.watch(ctx)
	return s.end(context.Cause(ctx))
}

// end stops the components and leaves the folder as the reason demands.
func (s *supervisor) end(reason error) error {
	planned := errors.Is(reason, errTold) || errors.Is(reason, errOwnerGone)
	s.log.Printf("stopping: %v", reason)
	s.state.Phase = Stopping
	s.record()
	s.stopAll()
	if planned {
		return s.layout.Clear()
	}
	s.state.Phase, s.state.Error, s.state.Components = Failed, reason.Error(), nil
	s.record()
	return errors.Join(reason, s.layout.Clear("state.json", "logs"))
}

// stopAll stops who depends on others first. The components that only speak to
// the API server end together.
func (s *supervisor) stopAll() {
	const grace = 3 * time.Second
	groups := [][]string{
		{component.Simulator, component.Kubelet, component.Proxy, component.ClusterDNS, component.Scheduler, component.Controller},
		{component.APIServer},
		{component.Etcd, component.Containerd},
		// With its first process a real node and all containers are gone.
		{component.NodeInit},
	}
	for _, group := range groups {
		ended := make(chan struct{})
		count := 0
		for _, c := range s.children {
			for _, name := range group {
				if c.Name == name {
					count++
					go func() { c.Stop(grace); ended <- struct{}{} }()
				}
			}
		}
		for range count {
			<-ended
		}
	}
}

// start runs a component and looks after it. The component inherits files after
// those that every child has.
func (s *supervisor) start(c component.Spec, files ...*os.File) error {
	ch, err := s.spawn(c, files...)
	if err != nil {
		return err
	}
	s.children = append(s.children, ch)
	s.state.Components = append(s.state.Components, Process{Name: c.Name, PID: ch.PID(), Health: c.Health})
	s.record()
	go s.look(ch)
	return nil
}

// spawn runs a component and leaves it to the caller to watch it.
func (s *supervisor) spawn(c component.Spec, files ...*os.File) (*process.Child, error) {
	return process.Start(s.layout, c, s.program, s.launch, append([]*os.File{s.lock, s.lifeline}, files...))
}

// watchOwner ends the sandbox when the process it was started for is gone.
func (s *supervisor) watchOwner(ctx context.Context) {
	ticker := time.NewTicker(300 * time.Millisecond)
	defer ticker.Stop()
	for process.Alive(s.OwnerPID) {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
	s.fail(fmt.Errorf("%w: process %d", errOwnerGone, s.OwnerPID))
}

// record writes the state for the commands. The sandbox works without it, so a
// full disk is logged and no reason to stop.
func (s *supervisor) record() {
	if err := writeState(s.layout, s.state); err != nil {
		s.log.Print(err)
	}
}
