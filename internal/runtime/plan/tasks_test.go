package plan

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

func TestTheTasksOfAStepStartTogetherAndAllMustFinish(t *testing.T) {
	p := &v1alpha1.Plan{Name: "deploy", Strategy: v1alpha1.Serial, Phases: []v1alpha1.Phase{
		{Name: "a", Strategy: v1alpha1.Serial, Steps: []v1alpha1.Step{{Name: "1", Tasks: []string{"y", "x"}}}},
	}}
	x, y := Ref{"a", "1", "x"}, Ref{"a", "1", "y"}
	begun := Advance(Input{Plan: p}, t0)
	if diff := cmp.Diff([]Action{{Start, y, 1}, {Start, x, 1}}, begun.Actions); diff != "" {
		t.Errorf("actions (-want +got):\n%s", diff)
	}
	for name, tc := range map[string]struct {
		x, y Progress
		want string
	}{
		"one is done":              {Done, Waiting, "R R"},
		"both are done":            {Done, Done, "S S"},
		"one has failed":           {Broken, Waiting, "F F"},
		"one has failed after all": {Done, Broken, "F F"},
		"one is to be applied yet": {Absent, Done, "R R"},
		"so is one of a failed":    {Absent, Broken, "F F"},
	} {
		out := Advance(Input{Plan: p, Status: begun.Status, Observed: map[Ref]Observation{x: {Progress: tc.x}, y: {Progress: tc.y}}}, t0)
		if diff := cmp.Diff(tc.want, states(out.Status)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if out.Status.State == v1alpha1.Failed && len(out.Actions) > 0 {
			t.Errorf("%s: %v is done after the end", name, out.Actions)
		}
	}
}
