package cluster

import (
	"testing"
	"time"
)

// TestPausesGrowAndEnd: a component that cannot start is given up within seconds.
func TestPausesGrowAndEnd(t *testing.T) {
	var all, last time.Duration
	tries := 0
	for {
		wait, again := pause(tries)
		if !again {
			break
		}
		if wait <= last {
			t.Errorf("pause %d is %s after one of %s", tries, wait, last)
		}
		last = wait
		all += wait
		tries++
	}
	if tries != 5 || all > 10*time.Second {
		t.Errorf("given up after %d tries and %s", tries, all)
	}
}
