package known

import (
	"maps"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kudoc/kudoc/internal/runtime/object"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

// Refusals remember since when something is refused for a missing permission or kind. An API server that has just started refuses
// everybody for a moment, until it has read the roles.
type Refusals struct {
	mu sync.Mutex
	m  map[Refusal]time.Time
}

// Refusal is what is tried about the objects of a task.
type Refusal struct {
	Execution types.UID
	Ref       plan.Ref
	Verb      string
}

// Since is when a row of refusals began that goes on with an error; any other outcome ends the row.
func (f *Refusals) Since(key Refusal, err error, now time.Time) time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil || !object.Missing(err) {
		delete(f.m, key)
		return now
	}
	first, ok := f.m[key]
	if !ok {
		if f.m == nil {
			f.m = map[Refusal]time.Time{}
		}
		first = now
		f.m[key] = first
	}
	return first
}

// Forget is for an execution that has ended.
func (f *Refusals) Forget(execution types.UID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	maps.DeleteFunc(f.m, func(key Refusal, _ time.Time) bool { return key.Execution == execution })
}
