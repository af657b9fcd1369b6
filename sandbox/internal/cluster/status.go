package cluster

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kudoc/kudoc/sandbox/internal/folder"
	"github.com/kudoc/kudoc/sandbox/internal/process"
)

// Status is what can be told about a sandbox from outside.
type Status struct {
	Running    bool              `json:"running"` // the API answers and all components are well
	Phase      Phase             `json:"phase,omitempty"`
	Error      string            `json:"error,omitempty"`
	Dir        string            `json:"dir"`
	Kubeconfig string            `json:"kubeconfig,omitempty"`
	Server     string            `json:"server,omitempty"`
	Version    string            `json:"version,omitempty"`
	Nodes      int               `json:"nodes,omitempty"`
	Supervisor int               `json:"supervisorPid,omitempty"`
	Started    *time.Time        `json:"started,omitempty"`
	Components []ComponentStatus `json:"components,omitempty"`
}

// ComponentStatus is the health of one component: "ok", or why not.
type ComponentStatus struct {
	Name     string `json:"name"`
	PID      int    `json:"pid"`
	Health   string `json:"health"`
	Restarts int    `json:"restarts,omitempty"`
	LastEnd  string `json:"lastEnd,omitempty"`
}

const healthy = "ok"

// ErrNotRunning says that no usable sandbox runs in a folder.
var ErrNotRunning = errors.New("no sandbox runs")

// Inspect looks at the sandbox in a folder and asks its components how they are.
func Inspect(ctx context.Context, dir string) (Status, error) {
	l := folder.Layout{Dir: dir}
	status := Status{Dir: dir}
	held, err := folder.Locked(dir)
	if err != nil {
		return status, err
	}
	state, found, err := readState(l)
	if err != nil {
		return status, err
	}
	if !found {
		return status, nil
	}
	status.Phase, status.Error = state.Phase, state.Error
	if !held {
		if state.Phase != Failed {
			status.Phase, status.Error = Failed, "its processes are gone"
		}
		return status, nil
	}
	status.Kubeconfig, status.Server, status.Version = l.Kubeconfig(), state.Server, state.Version
	status.Nodes, status.Supervisor, status.Started = state.Nodes, state.Supervisor, &state.Started
	status.Running = state.Phase == Running
	for _, p := range state.Components {
		health := probe(ctx, l, p)
		status.Running = status.Running && health == healthy
		status.Components = append(status.Components, ComponentStatus{Name: p.Name, PID: p.PID, Health: health, Restarts: p.Restarts, LastEnd: p.LastEnd})
	}
	return status, nil
}

func probe(ctx context.Context, l folder.Layout, p Process) string {
	if !process.Alive(p.PID) {
		return "process is gone"
	}
	if p.Health == "" {
		return healthy
	}
	c, err := prober(l, p.Name, p.Health)
	if err != nil {
		return err.Error()
	}
	if _, err := c.get(ctx, ""); err != nil {
		return err.Error()
	}
	return healthy
}

// Kubeconfig returns the path of the kubeconfig of a running sandbox.
func Kubeconfig(dir string) (string, error) {
	l := folder.Layout{Dir: dir}
	held, err := folder.Locked(dir)
	if err != nil {
		return "", err
	}
	state, _, err := readState(l)
	if err != nil {
		return "", err
	}
	if !held || state.Phase != Running {
		return "", fmt.Errorf("%w in %s: start one with sandbox up", ErrNotRunning, dir)
	}
	return l.Kubeconfig(), nil
}
