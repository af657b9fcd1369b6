package runtime_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"
)

// outages is a proxy to an API server that goes away and comes back: every connection breaks, and until it is back every request
// is refused.
type outages struct {
	tally   *tally
	forward http.Handler

	mu   sync.Mutex
	down bool
	// up ends when the API server goes away.
	up  context.Context
	cut context.CancelFunc
}

func (o *outages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	down, up := o.down, o.up
	o.mu.Unlock()
	if down {
		o.tally.faults.Add(1)
		panic(http.ErrAbortHandler)
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(up, cancel)()
	o.forward.ServeHTTP(w, r.WithContext(ctx))
	if up.Err() != nil {
		o.tally.faults.Add(1)
		panic(http.ErrAbortHandler)
	}
}

func (o *outages) set(down bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.down = down; down {
		o.cut()
	} else {
		o.up, o.cut = context.WithCancel(context.Background())
	}
}

// The API server is restarted again and again under running plans: for seconds nothing is there, then all of it. All plans end as
// if nothing had been.
func TestPlansEndRightAlthoughTheAPIServerIsRestarted(t *testing.T) {
	c, y := newChaos(t), &tally{}
	t.Cleanup(func() { y.report(t, c) })
	n, times := 1, 2
	if c.full {
		n, times = 6, 8
	}
	k := connect(t)
	o := &outages{tally: y}
	o.set(false)
	k.through(true, func(forward http.Handler) http.Handler { o.forward = forward; return o }).start(nil)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range times {
			time.Sleep(time.Duration(1+i%3) * time.Second)
			o.set(true)
			time.Sleep(time.Duration(2+i%4) * time.Second)
			o.set(false)
		}
	}()
	k.weatherAll(n, y)
	<-done
}
