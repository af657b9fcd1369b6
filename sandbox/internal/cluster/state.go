package cluster

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/kudoc/kudoc/sandbox/internal/folder"
)

// Phase says how far a sandbox is.
type Phase string

// The phases in the order in which a sandbox goes through them.
const (
	Booting  Phase = "booting"  // components are being started
	Running  Phase = "running"  // the API answers and every node is ready
	Stopping Phase = "stopping" // components are being stopped
	Failed   Phase = "failed"   // the boot failed or a component cannot be kept running; nothing runs, the logs are kept
)

// State is what the supervisor writes down for the commands to read. It is a
// record, not evidence: whether the sandbox lives is told by its lock.
type State struct {
	Phase      Phase     `json:"phase"`
	Error      string    `json:"error,omitempty"`
	Supervisor int       `json:"supervisorPid"`
	Started    time.Time `json:"started"`
	Server     string    `json:"server,omitempty"`
	Version    string    `json:"version,omitempty"`
	Nodes      int       `json:"nodes"`
	Real       bool      `json:"realNode,omitempty"`
	Stages     []Stage   `json:"stages,omitempty"`
	Components []Process `json:"components,omitempty"`
}

// Stage is one finished step of the boot.
type Stage struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
}

// Process is one running component.
type Process struct {
	Name     string `json:"name"`
	PID      int    `json:"pid"`
	Health   string `json:"healthURL,omitempty"`
	Restarts int    `json:"restarts,omitempty"`
	LastEnd  string `json:"lastEnd,omitempty"` // how it ended before the last restart
}

// readState returns the recorded state, and false when there is none yet.
func readState(l folder.Layout) (State, bool, error) {
	var s State
	raw, err := os.ReadFile(l.State())
	if os.IsNotExist(err) {
		return s, false, nil
	}
	if err != nil {
		return s, false, fmt.Errorf("read the sandbox's state: %w", err)
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		return s, false, fmt.Errorf("read the sandbox's state in %s: %w", l.State(), err)
	}
	return s, true, nil
}

func writeState(l folder.Layout, s State) error {
	raw, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("write the sandbox's state: %w", err)
	}
	if err := folder.Replace(l.State(), append(raw, '\n')); err != nil {
		return fmt.Errorf("write the sandbox's state: %w", err)
	}
	return nil
}
