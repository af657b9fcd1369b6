// Package lanes bounds how many Instances are reconciled at once, and how many of those render what is big.
package lanes

import (
	"context"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// Whoever waits for a webhook that hangs does not work. An Instance that has waited for patience gives its place to another
// one, and has to do with the slow lane from then on, until it is fast again. So those that hang stall each other only.
const (
	patience = 2 * time.Second
	// slowFor says how many slow ones there may be for each worker.
	slowFor = 2
	// SlowPause is when a slow Instance is looked at again that finds its lane full.
	SlowPause = time.Second
)

// Lanes are the places of the Instances that are reconciled at once.
type Lanes struct {
	fast, slow chan struct{}
	mu         sync.Mutex
	known      map[types.NamespacedName]bool // those that were slow the last time
}

// New makes lanes for a number of workers.
func New(workers int) *Lanes {
	return &Lanes{
		fast: make(chan struct{}, workers), slow: make(chan struct{}, slowFor*workers), known: map[types.NamespacedName]bool{},
	}
}

// Reconcilers is how many there have to be for a number of workers, so that both lanes can be full.
func Reconcilers(workers int) int { return (1 + slowFor) * workers }

// Enter waits for a place. It returns nil if the Instance is slow and its lane is full, or when the context ends.
func (l *Lanes) Enter(ctx context.Context, key types.NamespacedName) (leave func()) {
	l.mu.Lock()
	slow := l.known[key]
	l.mu.Unlock()
	began := time.Now()
	if slow {
		select {
		case l.slow <- struct{}{}:
			return func() { <-l.slow; l.note(key, time.Since(began)) }
		default:
			return nil
		}
	}
	select {
	case l.fast <- struct{}{}:
	case <-ctx.Done():
		return nil
	}
	began = time.Now()
	at := l.fast
	var mu sync.Mutex // of at
	change := time.AfterFunc(patience, func() {
		mu.Lock()
		defer mu.Unlock()
		if at == nil {
			return
		}
		select {
		case l.slow <- struct{}{}:
			<-l.fast
			at = l.slow
		default: // it stays where it is
		}
	})
	return func() {
		change.Stop()
		mu.Lock()
		defer mu.Unlock()
		<-at
		at = nil
		l.note(key, time.Since(began))
	}
}

// note remembers whether an Instance was slow.
func (l *Lanes) note(key types.NamespacedName, took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if took < patience {
		delete(l.known, key)
		return
	}
	l.known[key] = true
}
