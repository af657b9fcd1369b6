package runtime

import (
	"fmt"
	"maps"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kudoc/kudoc/internal/runtime/object"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

// refusals remember since when something is refused for a missing permission or kind. An API server that has just started refuses
// everybody for a moment, until it has read the roles.
type refusals struct {
	mu sync.Mutex
	m  map[refusal]time.Time
}

// refusal is what is tried: to look at the objects of a task, or an action on them.
type refusal struct {
	execution types.UID
	ref       plan.Ref
	what      string
}

// since is when a row of refusals began that goes on with an error; any other outcome ends the row.
func (f *refusals) since(key refusal, err error, now time.Time) time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil || !object.Missing(err) {
		delete(f.m, key)
		return now
	}
	first, ok := f.m[key]
	if !ok {
		if f.m == nil {
			f.m = map[refusal]time.Time{}
		}
		first = now
		f.m[key] = first
	}
	return first
}

func (f *refusals) forget(execution types.UID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	maps.DeleteFunc(f.m, func(key refusal, _ time.Time) bool { return key.execution == execution })
}

const looking = "look"

func acting(a plan.Action) string { return fmt.Sprint(a.Kind) }

// graceful wraps an error about the objects of a task that waiting may mend.
func (r *Reconciler) graceful(w *world, ref plan.Ref, what string, err error) error {
	since := r.refusals.since(refusal{w.Run.Execution.UID, ref, what}, err, w.Now)
	if err == nil {
		return nil
	}
	return object.Graceful(err, since, w.Now)
}
