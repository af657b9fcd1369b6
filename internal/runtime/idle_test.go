package runtime_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
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
	// frameworks belong to all tests
	if !strings.Contains(r.URL.RawQuery, "watch=") && !strings.Contains(r.URL.Path, "/frameworks/") {
		l.mu.Lock()
		l.requests = append(l.requests, r.Method+" "+r.URL.Path)
		l.mu.Unlock()
	}
	return l.next.RoundTrip(r)
}

// startCounted runs a controller whose requests are entered in a ledger.
func (k *cluster) startCounted(l *ledger) {
	counted := *k
	counted.cfg = rest.CopyConfig(k.cfg)
	counted.cfg.Wrap(func(next http.RoundTripper) http.RoundTripper { l.next = next; return l })
	counted.start(nil)
}

func TestADeployAsksForNothingThatItKnows(t *testing.T) {
	k := connect(t)
	l := &ledger{}
	k.startCounted(l)
	k.settled(k.instanceOf("quartet-1.0.0", "first", ""), metav1.ConditionTrue, v1alpha1.ReasonDeployed) // after it, the kinds are watched
	time.Sleep(time.Second)
	l.mu.Lock()
	before := len(l.requests)
	l.mu.Unlock()
	k.settled(k.instanceOf("quartet-1.0.0", "second", ""), metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	time.Sleep(time.Second)
	l.mu.Lock()
	defer l.mu.Unlock()
	count := map[string]int{}
	for _, r := range l.requests[before:] {
		verb, path, _ := strings.Cut(r, " ")
		_, resource, own := strings.Cut(path, "/namespaces/"+k.namespace+"/")
		if !own {
			continue // frameworks belong to all tests
		}
		count[verb+" "+strings.Replace(resource, "/second", "/*", 1)]++
	}
	for _, busy := range []string{"GET deployments/*", "GET poddisruptionbudgets/*", "GET pods", "PATCH planexecutions/*-deploy-1/status", "PATCH instances/*/status"} {
		if count[busy] > 4 {
			t.Errorf("%d times %s", count[busy], busy)
		}
		delete(count, busy) // as often as they change before they are healthy
	}
	want := map[string]int{
		"PATCH instances/*": 1, "POST planexecutions": 1, "POST events": 2,
		"PATCH configmaps/*": 1, "PATCH services/*": 1, "PATCH poddisruptionbudgets/*": 1, "PATCH deployments/*": 1,
	}
	if diff := cmp.Diff(want, count); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestAnInstanceThatDoesNotChangeCostsNoRequest(t *testing.T) {
	k := connect(t)
	l := &ledger{}
	k.startCounted(l)
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
