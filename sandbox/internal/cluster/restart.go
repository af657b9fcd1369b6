package cluster

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/kudoc/kudoc/sandbox/internal/component"
	"github.com/kudoc/kudoc/sandbox/internal/process"
)

const (
	// maxTries is how often a component is started again that never gets well.
	maxTries = 5
	// settled is how long a component runs that serves no health before it counts as well.
	settled = 10 * time.Second
)

// pause is how long a component that has ended waits for a new start, for the
// number of starts in a row after which it was not well; false if it had
// enough of them.
func pause(tries int) (time.Duration, bool) {
	return 250 * time.Millisecond << tries, tries < maxTries
}

// watch starts components again, as a kubelet does with those of a real control
// plane, until ctx is done. It does so itself because children die with the
// thread that starts them.
func (s *supervisor) watch(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case do := <-s.todo:
			do()
		}
	}
}

// later lets watch do something. It is for goroutines.
func (s *supervisor) later(do func()) {
	select {
	case s.todo <- do:
	case <-s.over:
	}
}

// look waits for the end of a component. During the boot it ends the sandbox.
func (s *supervisor) look(ch *process.Child) {
	<-ch.Done
	select {
	case <-s.booted:
		s.later(func() { s.ended(ch) })
	default:
		// During a stop this comes too late to be the reason, as it should.
		s.fail(s.death(ch))
	}
}

// death says how a component ended.
func (s *supervisor) death(ch *process.Child) error {
	return fmt.Errorf("%s ended by itself (%s): see %s", ch.Name, ch.How(), s.layout.Log(ch.Name))
}

// ended plans the new start of a component, or ends the sandbox. With the first
// process of a real node all of the node is gone.
func (s *supervisor) ended(ch *process.Child) {
	tries := s.tries[ch.Name]
	wait, again := pause(tries)
	switch {
	case ch.Name == component.NodeInit:
		s.fail(s.death(ch))
	case !again:
		s.fail(fmt.Errorf("%w; it was started %d times more and did not get well", s.death(ch), tries))
	default:
		s.log.Printf("%v; starting it again in %s", s.death(ch), wait)
		s.tries[ch.Name]++
		s.note(ch.Name, func(p *Process) { p.LastEnd = ch.How() })
		time.AfterFunc(wait, func() { s.later(func() { s.restart(ch) }) })
	}
}

// restart runs a component that has ended once more.
func (s *supervisor) restart(old *process.Child) {
	c := s.component(old.Name)
	ch, err := s.spawn(c)
	if err != nil {
		s.fail(err)
		return
	}
	s.children[slices.Index(s.children, old)] = ch
	s.note(c.Name, func(p *Process) { p.PID = ch.PID(); p.Restarts++ })
	s.log.Printf("%s runs again", c.Name)
	go s.look(ch)
	go s.heed(c, ch)
}

// heed notes when a component that was started again is well.
func (s *supervisor) heed(c component.Spec, ch *process.Child) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		defer cancel()
		select {
		case <-ch.Done:
		case <-ctx.Done():
		}
	}()
	if err := s.well(ctx, c); err != nil {
		return // it has ended
	}
	s.later(func() {
		s.tries[c.Name] = 0
		s.log.Printf("%s is well again", c.Name)
	})
}

// well waits until a component is.
func (s *supervisor) well(ctx context.Context, c component.Spec) error {
	if c.Health != "" {
		return s.answers(ctx, c)
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(settled):
		return nil
	}
}

// note changes what is recorded of a component.
func (s *supervisor) note(name string, change func(*Process)) {
	for i := range s.state.Components {
		if s.state.Components[i].Name == name {
			change(&s.state.Components[i])
		}
	}
	s.record()
}
