package decision

import (
	"testing"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/runtime/execution"
)

func TestWhenAPlanStartsOver(t *testing.T) {
	update := []string{"update"}
	for name, tc := range map[string]struct {
		edit func(*World)
		next []string // the plans of the new target; nil if there is none
		want bool
	}{
		"a change that calls for the same plan": {func(*World) {}, update, true},
		"a change that calls for another plan":  {func(*World) {}, []string{"scale"}, false},
		"nothing has changed":                   {func(*World) {}, nil, false},
		"a plan that is to end first":           {func(w *World) { w.Run.Plan.OnChange = v1alpha1.OnChangeWait }, update, false},
		"a plan that runs for another reason":   {func(w *World) { w.Active.Status.TargetSequence = 0 }, update, false},
		"while a Job runs": {func(w *World) {
			w.Active.Status.Phases[0].Steps[0].Tasks[0] = v1alpha1.TaskStatus{Name: "job", State: v1alpha1.Running}
		}, update, false},
		"when the Job has ended": {func(w *World) {
			w.Active.Status.Phases[0].Steps[0].Tasks[0] = v1alpha1.TaskStatus{Name: "job", State: v1alpha1.Succeeded}
		}, update, true},
		"a suspended instance starts nothing":       {func(w *World) { w.Inst.Spec.Suspend = true }, update, false},
		"a person has cancelled it":                 {func(w *World) { w.Active.Spec.Cancel = true }, update, false},
		"the new target was recorded, this was not": {func(w *World) { w.Inst.Status.Target.Sequence++ }, nil, true},
	} {
		v := version("v1", "deploy", "update", "scale")
		v.Spec.Tasks = []v1alpha1.Task{{Name: "job", Kind: v1alpha1.TaskRun}}
		v.Spec.Plan("update").OnChange = v1alpha1.OnChangeRestart
		e := executionOf("i-update-4", "update", v1alpha1.Running, 1)
		e.Status.TargetSequence = 4
		w := &World{Inst: &v1alpha1.Instance{Status: applied("v1", values{})}, Active: e, Run: &execution.Run{Version: v, Plan: v.Spec.Plan("update")}}
		w.Inst.Status.Target.Plans, w.Inst.Status.Target.Done = update, 0
		tc.edit(w)
		var next *v1alpha1.Target
		if tc.next != nil {
			next = &v1alpha1.Target{Sequence: 5, Plans: tc.next}
		}
		if got := startsOver(w, next); got != tc.want {
			t.Errorf("%s: starts over: %t, want %t", name, got, tc.want)
		}
	}
}
