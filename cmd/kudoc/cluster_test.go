package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

func TestErrorsOfTheConnectionSayWhatToDo(t *testing.T) {
	other := errors.New("disk full")
	for name, tt := range map[string]struct {
		err  error
		want string
	}{
		"credentials":   {fmt.Errorf("read instance: %w", apierrors.NewUnauthorized("who are you")), "the cluster does not accept the credentials of the kubeconfig"},
		"anything else": {other, "disk full"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := reached(tt.err).Error(); !strings.HasPrefix(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

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
