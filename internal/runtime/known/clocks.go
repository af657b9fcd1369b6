package known

import (
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// Clocks are those of the executions that run. A clock that is set while a plan runs, or that jumps when a machine was
// suspended, must not use up the time of its steps: an execution has a clock of its own, which is set when this process
// sees it first, and then goes on evenly.
type Clocks struct {
	mu sync.Mutex
	m  map[types.UID]clock
}

type clock struct {
	wall time.Time
	at   time.Time // by the monotonic clock
}

// Of is the time of an execution; now is what the clock on the wall says.
func (c *Clocks) Of(execution types.UID, now time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.m[execution]
	if !ok {
		if c.m == nil {
			c.m = map[types.UID]clock{}
		}
		k = clock{now, time.Now()}
		c.m[execution] = k
	}
	return k.wall.Add(time.Since(k.at))
}

// Forget is for an execution that has ended.
func (c *Clocks) Forget(execution types.UID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.m, execution)
}
