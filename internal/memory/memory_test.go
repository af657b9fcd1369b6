package memory

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kudoc/kudoc/internal/compile"
)

// counting counts what a memory is asked for.
type counting struct {
	compile.Memory
	hits, misses int
}

func (c *counting) Recall(key string) ([]byte, bool) {
	b, ok := c.Memory.Recall(key)
	if ok {
		c.hits++
	} else {
		c.misses++
	}
	return b, ok
}

func TestAnUnchangedFrameworkIsNotCompiledAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "zookeeper")
	if err := os.CopyFS(dir, os.DirFS("../../frameworks/zookeeper")); err != nil {
		t.Fatal(err)
	}
	m := &counting{Memory: &memory{filepath.Join(t.TempDir(), "builds", "test")}}
	build := func(wantHits, wantMisses int) {
		t.Helper()
		res, diags := compile.Framework(compile.Options{Dir: dir, Memory: m})
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		fresh, _ := compile.Framework(compile.Options{Dir: dir})
		if diff := cmp.Diff(fresh, res, cmpopts.IgnoreFields(compile.Result{}, "Validation")); diff != "" {
			t.Errorf("another build than without a memory:\n%s", diff)
		}
		if m.hits != wantHits || m.misses != wantMisses {
			t.Errorf("%d hits and %d misses, want %d and %d", m.hits, m.misses, wantHits, wantMisses)
		}
	}
	build(0, 1)
	build(1, 1)
	more := "package zookeeper\n\noutputs: more: \"x\"\n"
	if err := os.WriteFile(filepath.Join(dir, "more.cue"), []byte(more), 0o600); err != nil {
		t.Fatal(err)
	}
	build(1, 2)
	build(2, 2)
}

func TestTheMemoryIsBounded(t *testing.T) {
	m := &memory{filepath.Join(t.TempDir(), "builds", "test")}
	if err := os.MkdirAll(m.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for i := range size + slack {
		path := m.file(fmt.Sprint(i))
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		old := time.Now().Add(-time.Hour).Add(time.Duration(i) * time.Second)
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	m.Remember("newest", nil)
	entries, err := os.ReadDir(m.dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != size {
		t.Errorf("%d entries were kept, want %d", len(entries), size)
	}
	_, newest := m.Recall("newest")
	if _, oldest := m.Recall("0"); !newest || oldest {
		t.Error("not the oldest were forgotten")
	}
}
