package cluster

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kudoc/kudoc/sandbox/internal/folder"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestStateIsReadAsWritten(t *testing.T) {
	l := folder.Layout{Dir: t.TempDir()}
	if _, found, err := readState(l); found || err != nil {
		t.Errorf("found %v, error %v before anything is written", found, err)
	}
	want := State{Phase: Running, Supervisor: 7, Started: noon, Nodes: 2, Stages: []Stage{{"etcd", 0.5}}, Components: []Process{{Name: "kwok", PID: 8}}}
	if err := writeState(l, want); err != nil {
		t.Fatal(err)
	}
	got, found, err := readState(l)
	if err != nil || !found {
		t.Fatalf("found %v, error %v", found, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff)
	}
}

// TestInspectAfterDeath: a record without a lock is of processes that are gone.
func TestInspectAfterDeath(t *testing.T) {
	l := folder.Layout{Dir: t.TempDir()}
	if err := writeState(l, State{Phase: Running, Supervisor: os.Getpid(), Started: time.Now()}); err != nil {
		t.Fatal(err)
	}
	status, err := Inspect(t.Context(), l.Dir)
	if err != nil {
		t.Fatal(err)
	}
	want := Status{Phase: Failed, Error: "its processes are gone", Dir: l.Dir}
	if diff := cmp.Diff(want, status); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}
	if _, err := Kubeconfig(l.Dir); !errors.Is(err, ErrNotRunning) {
		t.Errorf("error %v, want ErrNotRunning", err)
	}
}

// TestSupervisorGetsTheSameOptions covers what only a real node has.
func TestSupervisorGetsTheSameOptions(t *testing.T) {
	o := Options{Dir: "/s", Nodes: 1, OwnerPID: 7, Timeout: time.Minute, Real: true, Images: []string{"zookeeper", "/images"}}
	want := []string{"--dir=/s", "--nodes=1", "--owner-pid=7", "--timeout=1m0s", "--node=real", "--images=zookeeper,/images"}
	if diff := cmp.Diff(want, o.args()); diff != "" {
		t.Errorf("arguments (-want +got):\n%s", diff)
	}
}
