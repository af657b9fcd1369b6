package runtime_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// skew is a clock that is wrong by an amount that changes.
type skew struct{ by atomic.Int64 }

func (s *skew) jump(by time.Duration) { s.by.Store(int64(by)) }

func (s *skew) now() time.Time { return time.Now().Add(time.Duration(s.by.Load())) }

func TestAClockThatJumpsWhileAPlanRunsUsesUpNoTimeOfItsSteps(t *testing.T) {
	c, y := newChaos(t), &tally{}
	t.Cleanup(func() { y.report(t, c) })
	for i, jump := range []time.Duration{3 * time.Hour, -3 * time.Hour} {
		t.Run(jump.String(), func(t *testing.T) {
			k, clock := connect(t), &skew{}
			k.run(replica{now: clock.now, workers: 4})
			_, inst := k.gated("")
			k.waits(v1alpha1.ReasonRunning, "a-gate")
			rng := c.random(2, uint64(i))
			for range 3 {
				clock.jump(time.Duration(float64(jump) * (0.5 + rng.Float64())))
				y.faults.Add(1)
				k.merge(k.configMap("a-gate"), fmt.Sprintf(`{"data":{"hint":"%d"}}`, rng.Uint64())) // it is looked at again
				time.Sleep(300 * time.Millisecond)
				clock.jump(0)
			}
			clock.jump(jump)
			k.openGate()
			k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
			y.plans.Add(1)
			if jobs := k.jobsMade("a-"); jobs != 1 {
				t.Errorf("%d Jobs were made, want 1", jobs)
			}
		})
	}
}

func TestAControllerWhoseClockIsBehindThatOfItsPredecessorWaitsNoLongerForIt(t *testing.T) {
	k, ahead := connect(t), &skew{}
	ahead.jump(5 * time.Hour)
	stop := k.run(replica{now: ahead.now, workers: 4})
	inst := k.instance("a", "")
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	k.change(inst, `{"breakJob": true}`)
	k.settled(inst, metav1.ConditionTrue, v1alpha1.ReasonDeployed)
	e := k.execution("a", "rerun", "") // its step has a second attempt, some time after the first has failed
	k.eventually("the first attempt has failed", func(context.Context) error {
		k.reaches(e, v1alpha1.Running)
		if s := e.Status.Phases[0].Steps[0]; s.NotBefore == nil {
			return fmt.Errorf("it is %s", s.State)
		}
		return nil
	})
	stop()
	k.start(nil)
	k.reaches(e, v1alpha1.Failed)
	if s := e.Status.Phases[0].Steps[0]; s.Attempts != 2 {
		t.Errorf("%d attempts, want 2", s.Attempts)
	}
}
