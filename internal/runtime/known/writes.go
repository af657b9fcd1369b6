package known

import (
	"maps"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/resourceversion"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// unheard is how long an execution that this process made is believed in although the cache does not have it. After that
// somebody has deleted it.
const unheard = 10 * time.Second

// Writes are what this process wrote last of Instances and executions, so that a move that follows at once does not depend on
// the cache, which learns of it a moment later. There is one leader, and nobody else writes their statuses.
type Writes struct {
	mu sync.Mutex
	m  map[types.NamespacedName]*newest // by Instance
}

// newest are the objects of one Instance, as long as the cache has older ones.
type newest struct {
	inst       *v1alpha1.Instance
	executions map[types.UID]noted
}

// noted is an execution that was written, or read from the API server.
type noted struct {
	last *v1alpha1.PlanExecution // nil once the cache is as new
	at   time.Time
}

// Note remembers what came back from a write, or from a read of the API server.
func (w *Writes) Note(o client.Object) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch o := o.(type) {
	case *v1alpha1.Instance:
		w.of(client.ObjectKeyFromObject(o)).inst = o.DeepCopy()
	case *v1alpha1.PlanExecution:
		w.of(types.NamespacedName{Namespace: o.Namespace, Name: o.Spec.Instance}).executions[o.UID] = noted{o.DeepCopy(), time.Now()}
	}
}

// of is called under the lock.
func (w *Writes) of(inst types.NamespacedName) *newest {
	if w.m == nil {
		w.m = map[types.NamespacedName]*newest{}
	}
	n, ok := w.m[inst]
	if !ok {
		n = &newest{executions: map[types.UID]noted{}}
		w.m[inst] = n
	}
	return n
}

// Instance is the newer one of what the cache has and what was written.
func (w *Writes) Instance(cached *v1alpha1.Instance) *v1alpha1.Instance {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, ok := w.m[client.ObjectKeyFromObject(cached)]
	if !ok || n.inst == nil {
		return cached
	}
	if n.inst.UID == cached.UID && older(cached, n.inst) {
		return n.inst.DeepCopy()
	}
	n.inst = nil
	return cached
}

// Executions puts what was written in the place of what the cache has not learned yet.
func (w *Writes) Executions(inst types.NamespacedName, cached []*v1alpha1.PlanExecution) []*v1alpha1.PlanExecution {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, ok := w.m[inst]
	if !ok {
		return cached
	}
	missing := maps.Clone(n.executions)
	for i, e := range cached {
		known, ok := missing[e.UID]
		delete(missing, e.UID)
		switch {
		case !ok:
		case known.last != nil && older(e, known.last):
			cached[i] = known.last.DeepCopy()
		case e.Status.State.Terminal():
			delete(n.executions, e.UID)
		default:
			n.executions[e.UID] = noted{}
		}
	}
	for uid, known := range missing {
		if known.last == nil || time.Since(known.at) > unheard {
			delete(n.executions, uid)
			continue
		}
		cached = append(cached, known.last.DeepCopy())
	}
	if n.inst == nil && len(n.executions) == 0 {
		delete(w.m, inst)
	}
	return cached
}

// Knows says whether Executions returns what was written last of an execution, or something newer.
func (w *Writes) Knows(e *v1alpha1.PlanExecution) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, ok := w.m[types.NamespacedName{Namespace: e.Namespace, Name: e.Spec.Instance}]
	if !ok {
		return false
	}
	_, ok = n.executions[e.UID]
	return ok
}

// Forget drops what is known of an Instance, so that the next move reads anew: a write was refused, or the Instance is gone.
func (w *Writes) Forget(inst types.NamespacedName) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.m, inst)
}

// older compares versions of one object. Where they cannot be compared the cache is believed.
func older(a, b client.Object) bool {
	c, err := resourceversion.CompareResourceVersion(a.GetResourceVersion(), b.GetResourceVersion())
	return err == nil && c < 0
}
