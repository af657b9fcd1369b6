package e2e

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

type scene struct {
	name string
	play func(*testing.T)
}

// timetable is how long each scene took.
type timetable struct {
	mu    sync.Mutex
	began time.Time
	rows  []string
}

// scenes plays one after the other, until one fails: those after it build on it.
func (tt *timetable) scenes(t *testing.T, all []scene) {
	for _, s := range all {
		if !tt.scene(t, s.name, s.play) {
			return
		}
	}
}

func (tt *timetable) scene(t *testing.T, name string, play func(*testing.T)) bool {
	began := time.Now()
	ok := t.Run(name, play)
	tt.mu.Lock()
	defer tt.mu.Unlock()
	if tt.began.IsZero() {
		tt.began = began
	}
	outcome := "ok"
	if !ok {
		outcome = "FAILED"
	}
	tt.rows = append(tt.rows, fmt.Sprintf("  %-14s began at %4.0fs, took %4.0fs, %s", name, began.Sub(tt.began).Seconds(), time.Since(began).Seconds(), outcome))
	return ok
}

// log prints the scenes in the order of their ends.
func (tt *timetable) log(t *testing.T) {
	t.Logf("scenes, of %.0fs in all:\n%s", time.Since(tt.began).Seconds(), strings.Join(tt.rows, "\n"))
}
