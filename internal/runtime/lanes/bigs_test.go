package lanes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	goruntime "runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"testing"

	k8sruntime "k8s.io/apimachinery/pkg/runtime"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/render"
)

// mostMemory is less than the manifest of the controller allows it, because there are Instances besides.
const mostMemory = 200 << 20

// programOf is a framework with one object.
func programOf(t *testing.T, template string, locals map[string]string) *render.Program {
	t.Helper()
	p, err := render.Load(&v1alpha1.FrameworkVersionSpec{
		TemplateFormat: render.FormatVersion, Locals: locals,
		Tasks: []v1alpha1.Task{{Name: "t", Objects: []v1alpha1.ObjectTemplate{{ID: "o", Template: k8sruntime.RawExtension{Raw: []byte(template)}}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// bigTemplates need the most memory that the bounds of a rendering allow, each in another way.
func bigTemplates(t *testing.T) []*render.Program {
	t.Helper()
	doubling := map[string]string{"l0": `[strings.Repeat("x", 1000000)]`}
	for i := range 150 {
		doubling[fmt.Sprint("l", i+1)] = fmt.Sprintf(`local.l%d + [strings.Repeat("x", 1000000)]`, i)
	}
	const many = `{"a": [{"$for": "x", "$in": "list.Range(0, %d, 1)", "$do": {"a": {"b": {"c": {"$cel": "x"}}}}}]}`
	return []*render.Program{
		programOf(t, `{"a": {"$cel": "local.l150"}}`, doubling),
		programOf(t, fmt.Sprintf(many, 100000), nil), // too much
		programOf(t, fmt.Sprintf(many, 45000), nil),  // just not too much
		programOf(t, `{"a": {"$cel": "list.Range(0, 100000, 1).map(x, list.Range(0, 100000, 1)).size()"}}`, nil),
		programOf(t, `{"a": [{"$for": "x", "$in": "list.Range(0, 1000, 1)", "$do": {"$for": "y", "$in": "list.Range(0, 1000, 1)", "$do": {"$merge": []}}}]}`, nil),
	}
}

// As many Instances as are reconciled at once, and all of them ask for as much as the bounds allow: they need no more memory
// than one of them. A process of its own does it, so that nothing else counts.
func TestWhatIsBigAtTheSameTimeFitsIntoMemory(t *testing.T) {
	const child = "KUDOC_TEST_BIG"
	if os.Getenv(child) == "" {
		t.Parallel()
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
		cmd.Env = append(os.Environ(), child+"=1")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		found := regexp.MustCompile(`memory: (\d+) bytes`).FindSubmatch(out)
		if found == nil {
			t.Fatalf("it says nothing about memory: %s", out)
		}
		used, err := strconv.Atoi(string(found[1]))
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%d renderings at once took %d MB", Reconcilers(10), used>>20)
		if used > mostMemory {
			t.Errorf("%d renderings at once took %d MB, want %d at most", Reconcilers(10), used>>20, mostMemory>>20)
		}
		return
	}
	debug.SetGCPercent(30) // as the controller has it
	places := NewBigs()
	var all sync.WaitGroup
	programs := bigTemplates(t)
	for i := range Reconcilers(10) {
		all.Go(func() {
			p := places.Place()
			defer p.Leave()
			objects, err := programs[i%len(programs)].Waiting(func() error { return p.Take(t.Context()) }).Objects("t", render.Inputs{})
			if err == nil {
				_, err = json.Marshal(objects[0].Manifest) // as an apply does
			}
			if !p.taken {
				t.Errorf("template %d is not big: %v", i%len(programs), err)
			}
		})
	}
	all.Wait()
	var m goruntime.MemStats
	goruntime.ReadMemStats(&m)
	t.Logf("memory: %d bytes", m.Sys)
}

func TestOnlyWhatIsBigWaits(t *testing.T) {
	places := make(Bigs, 1)
	first := places.Place()
	if err := errors.Join(first.Take(t.Context()), first.Take(t.Context())); err != nil { // it has one for all that it renders
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	second := places.Place()
	wait := func() error { return second.Take(ctx) }
	small := programOf(t, `{"a": [{"$for": "x", "$in": "list.Range(0, 1000, 1)", "$do": {"n": {"$cel": "x * 2"}}}]}`, nil).Waiting(wait)
	if _, err := small.Objects("t", render.Inputs{}); err != nil || second.taken {
		t.Errorf("what is small waits: %v", err)
	}
	waiting, done := make(chan struct{}), make(chan error, 1)
	big := programOf(t, `{"a": {"$cel": "strings.Repeat(\"x\", 600000)"}, "b": {"$cel": "strings.Repeat(\"y\", 600000)"}}`, nil)
	go func() {
		_, err := big.Waiting(func() error { close(waiting); return wait() }).Objects("t", render.Inputs{})
		done <- err
	}()
	select {
	case <-waiting:
	case err := <-done:
		t.Fatalf("what is big does not wait: %v", err)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("what waits when the controller ends: %v", err)
	}
	first.Leave()
	third := places.Place()
	if _, err := big.Waiting(func() error { return third.Take(t.Context()) }).Objects("t", render.Inputs{}); err != nil || !third.taken {
		t.Errorf("what is big while nobody else is: %v", err)
	}
	third.Leave()
	if len(places) != 0 {
		t.Error("a place is lost")
	}
}
