package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

func TestAnInterruptedWaitSaysThatThePlanGoesOn(t *testing.T) {
	const want = ": the plan goes on; 'kudoc status zk -w' shows it, and 'kudoc cancel zk' stops it"
	if got := goesOn(waited("zk", context.Canceled)); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := goesOn(context.Canceled); got != "" {
		t.Errorf("got %q for what was no wait", got)
	}
	if err := waited("zk", nil); err != nil {
		t.Errorf("got %v for a wait that ended well", err)
	}
}

func TestThePluginNamesItself(t *testing.T) {
	for program, want := range map[string]string{"kudoc": "run 'kudoc status --help'", "kubectl-kudoc": "run 'kubectl kudoc status --help'"} {
		var out, err bytes.Buffer
		if code := run(t.Context(), []string{"/bin/" + program, "status"}, stdio{out: &out, err: &err}); code != exitUsage {
			t.Errorf("%s: exit code %d", program, code)
		}
		if !strings.Contains(err.String(), want) {
			t.Errorf("%s: got %q, want %q", program, err.String(), want)
		}
	}
}
