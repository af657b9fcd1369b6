package known

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// stored is an execution as it is stored at a version, in a state.
func stored(name, version string, state v1alpha1.State) *v1alpha1.PlanExecution {
	e := &v1alpha1.PlanExecution{Spec: v1alpha1.PlanExecutionSpec{Instance: "i"}, Status: v1alpha1.PlanExecutionStatus{State: state}}
	e.Namespace, e.Name, e.UID, e.ResourceVersion = "n", name, types.UID(name), version
	return e
}

func TestWhatThisProcessWroteCountsUntilTheCacheHasIt(t *testing.T) {
	key := types.NamespacedName{Namespace: "n", Name: "i"}
	running, ended := v1alpha1.Running, v1alpha1.Succeeded
	for name, tc := range map[string]struct {
		noted, cached []*v1alpha1.PlanExecution
		after         time.Duration
		want          string
		knows         bool
	}{
		"nothing was written":                       {nil, []*v1alpha1.PlanExecution{stored("a", "7", running)}, 0, "a 7", false},
		"the cache is behind":                       {[]*v1alpha1.PlanExecution{stored("a", "10", running)}, []*v1alpha1.PlanExecution{stored("a", "9", running)}, 0, "a 10", true},
		"the cache is as new":                       {[]*v1alpha1.PlanExecution{stored("a", "10", running)}, []*v1alpha1.PlanExecution{stored("a", "10", running)}, 0, "a 10", true},
		"a person has changed it since":             {[]*v1alpha1.PlanExecution{stored("a", "9", running)}, []*v1alpha1.PlanExecution{stored("a", "10", running)}, 0, "a 10", true},
		"what has ended need not be known":          {[]*v1alpha1.PlanExecution{stored("a", "9", ended)}, []*v1alpha1.PlanExecution{stored("a", "9", ended)}, 0, "a 9", false},
		"the cache has not heard of what was made":  {[]*v1alpha1.PlanExecution{stored("b", "12", "")}, []*v1alpha1.PlanExecution{stored("a", "9", ended)}, time.Second, "a 9, b 12", false},
		"what is never heard of was deleted":        {[]*v1alpha1.PlanExecution{stored("b", "12", "")}, []*v1alpha1.PlanExecution{stored("a", "9", ended)}, time.Minute, "a 9", false},
		"versions that cannot be compared: a cache": {[]*v1alpha1.PlanExecution{stored("a", "x", running)}, []*v1alpha1.PlanExecution{stored("a", "y", running)}, 0, "a y", true},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := &Writes{}
			for _, e := range tc.noted {
				w.Note(e)
			}
			time.Sleep(tc.after)
			var got []string
			for _, e := range w.Executions(key, slices.Clone(tc.cached)) {
				got = append(got, e.Name+" "+e.ResourceVersion)
			}
			if diff := cmp.Diff(tc.want, strings.Join(got, ", ")); diff != "" || w.Knows(tc.cached[0]) != tc.knows {
				t.Errorf("%s: knows: %t; (-want +got):\n%s", name, w.Knows(tc.cached[0]), diff)
			}
		})
	}
}

func TestNothingIsKeptOfAnInstanceThatRests(t *testing.T) {
	w, key := &Writes{}, types.NamespacedName{Namespace: "n", Name: "i"}
	inst := &v1alpha1.Instance{}
	inst.Namespace, inst.Name, inst.UID, inst.ResourceVersion = "n", "i", "u", "10"
	w.Note(inst)
	w.Note(stored("a", "11", v1alpha1.Succeeded))
	behind := inst.DeepCopy()
	behind.ResourceVersion = "9"
	if got := w.Instance(behind).ResourceVersion; got != "10" {
		t.Errorf("the instance is at %s", got)
	}
	again := behind.DeepCopy()
	again.UID = "v"
	if got := w.Instance(again).ResourceVersion; got != "9" {
		t.Errorf("another one of the same name is at %s", got)
	}
	w.Instance(inst)
	w.Executions(key, []*v1alpha1.PlanExecution{stored("a", "11", v1alpha1.Succeeded)})
	if len(w.m) > 0 {
		t.Errorf("%v is kept", w.m)
	}
}
