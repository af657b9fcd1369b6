package runtime_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// ledger notes the requests that change or read something; watches are none of them.
type ledger struct {
	mu       sync.Mutex
	requests []string
	next     http.RoundTripper
}

func (l *ledger) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.Contains(r.URL.RawQuery, "watch=") {
		l.mu.Lock()
		l.requests = append(l.requests, r.Method+" "+r.URL.Path)
		l.mu.Unlock()
	}
	return l.next.RoundTrip(r)
}

func TestAnInstanceThatDoesNotChangeCostsNoRequest(t *testing.T) {
	k := connect(t)
	l := &ledger{}
	observed := *k
	observed.cfg = rest.CopyConfig(k.cfg)
	observed.cfg.Wrap(func(next http.RoundTripper) http.RoundTripper { l.next = next; return l })
	observed.start(nil)
	inst := k.instance("a", "")
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	time.Sleep(time.Second) // its own last writes come back
	l.mu.Lock()
	before := len(l.requests)
	l.mu.Unlock()
	label := client.RawPatch("application/merge-patch+json", []byte(`{"metadata":{"labels":{"team":"blue"}}}`))
	if err := k.c.Patch(t.Context(), inst, label); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * time.Second)
	l.mu.Lock()
	defer l.mu.Unlock()
	if more := l.requests[before:]; len(more) > 0 || before == 0 {
		t.Errorf("looking at it again took %v, after %d requests", more, before)
	}
}
