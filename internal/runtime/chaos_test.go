package runtime_test

import (
	"math/rand/v2"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
)

// chaos says how much harm these tests do: KUDOC_CHAOS=full, which make chaos sets, is all of it; otherwise they do enough
// to notice that something broke. KUDOC_SEED chooses the faults: with the same seed the same request, counted in the order
// of their arrival, meets the same fault.
type chaos struct {
	full bool
	seed uint64
}

func newChaos(t *testing.T) chaos {
	t.Helper()
	c := chaos{full: os.Getenv("KUDOC_CHAOS") == "full", seed: 1}
	if s := os.Getenv("KUDOC_SEED"); s != "" {
		var err error
		if c.seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatalf("KUDOC_SEED: %v", err)
		}
	}
	return c
}

// random is the chance of the nth event of a kind.
func (c chaos) random(kind, n uint64) *rand.Rand { return rand.New(rand.NewPCG(c.seed^kind<<32, n)) }

// tally counts what a test did; make chaos prints it.
type tally struct{ faults, plans, wrong atomic.Int64 }

func (y *tally) report(t *testing.T, c chaos) {
	t.Helper()
	t.Logf("chaos: seed %d, %d faults injected, %d plans run, %d wrong ends", c.seed, y.faults.Load(), y.plans.Load(), y.wrong.Load())
	if y.wrong.Load() > 0 {
		t.Errorf("%d wrong ends", y.wrong.Load())
	}
}
