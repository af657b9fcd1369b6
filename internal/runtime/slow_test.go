package runtime_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// slowness is a proxy that lets requests wait, before or after they are carried out, and the events of watches, too.
type slowness struct {
	chaos    chaos
	share    float64
	most     time.Duration
	requests atomic.Uint64
	tally    *tally
	forward  http.Handler
}

func (p *slowness) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	chance := p.chaos.random(3, p.requests.Add(1))
	if watch := r.URL.Query().Get("watch"); watch != "" && watch != "false" {
		p.forward.ServeHTTP(&laggard{ResponseWriter: w, slowness: p, chance: chance}, r)
		return
	}
	late := chance.Float64() < p.share
	before := chance.IntN(2) == 0
	if late && before {
		p.pause(chance)
	}
	if late && !before { // carried out at once, but the answer takes its time
		w = &laggard{ResponseWriter: w, slowness: p, chance: chance, once: true}
	}
	p.forward.ServeHTTP(w, r)
}

func (p *slowness) pause(chance *rand.Rand) {
	p.tally.faults.Add(1)
	time.Sleep(time.Duration(chance.Float64() * float64(p.most)))
}

// laggard is an answer that comes late: at once as a whole, or a watch event by event.
type laggard struct {
	http.ResponseWriter
	*slowness
	chance *rand.Rand
	once   bool
}

// Unwrap lets the proxy flush.
func (l *laggard) Unwrap() http.ResponseWriter { return l.ResponseWriter }

func (l *laggard) WriteHeader(code int) {
	if l.once {
		l.pause(l.chance)
	}
	l.ResponseWriter.WriteHeader(code)
}

func (l *laggard) Write(b []byte) (int, error) {
	if !l.once && l.chance.Float64() < l.share {
		l.pause(l.chance)
	}
	return l.ResponseWriter.Write(b)
}

// A third of all requests and of the events of watches waits, some of them after the request was carried out. Plans take
// longer, and all end as if nothing had been.
func TestPlansEndRightAlthoughTheAPIServerIsSlow(t *testing.T) {
	c, y := newChaos(t), &tally{}
	t.Cleanup(func() { y.report(t, c) })
	n, most := 1, 300*time.Millisecond
	if c.full {
		n, most = 6, 4*time.Second
	}
	for name, http2 := range map[string]bool{"over HTTP/1.1": false, "over HTTP/2": true} {
		t.Run(name, func(t *testing.T) {
			k := connect(t)
			k.through(http2, func(forward http.Handler) http.Handler {
				return &slowness{chaos: c, share: 0.3, most: most, tally: y, forward: forward}
			}).start(nil)
			k.weatherAll(n, y)
		})
	}
}

// weatherAll takes a number of Instances through their plans at once.
func (k *cluster) weatherAll(n int, y *tally) {
	var all sync.WaitGroup
	for i := range n {
		inst := k.instance(fmt.Sprintf("i%d", i), `{"extra": true}`)
		y.wrong.Add(1) // until it has ended well
		all.Go(func() {
			if k.weather(inst, y) {
				y.wrong.Add(-1)
			}
		})
	}
	all.Wait()
}
