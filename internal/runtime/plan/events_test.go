package plan

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

func TestEventsTellWhatHappens(t *testing.T) {
	p := twoByTwo(v1alpha1.Parallel, v1alpha1.Serial)
	p.Phases[0].Steps[0].Retries = 1
	type move struct {
		observed map[Ref]Observation
		when     map[Ref]Condition
		commands Commands
		want     []string
	}
	broken := Observation{Broken, "because"}
	now, st := t0, v1alpha1.PlanExecutionStatus{}
	for i, m := range []move{
		{want: []string{"Normal PlanStarted"}},
		{want: nil},
		{observed: map[Ref]Observation{ref("a1"): broken, ref("b1"): {Progress: Done}}, when: map[Ref]Condition{{Phase: "b", Step: "2"}: {Text: "no"}}, want: []string{"Warning StepRetried", "Normal StepSkipped"}},
		{want: nil}, // the second attempt starts
		{observed: map[Ref]Observation{ref("a1"): broken}, want: []string{"Warning StepFailed", "Warning PlanFailed"}},
		{commands: Commands{Retry: 1}, want: []string{"Normal PlanRetried"}},
		{commands: Commands{Retry: 1}, observed: map[Ref]Observation{ref("a1"): {Progress: Done}}},
		{commands: Commands{Retry: 1}, observed: map[Ref]Observation{ref("a2"): {Progress: Done}}, want: []string{"Normal PlanSucceeded"}},
		{commands: Commands{Retry: 2}, want: nil},
	} {
		out := Advance(Input{Plan: p, Status: st, Observed: m.observed, Conditions: m.when, Commands: m.commands}, now)
		var got []string
		for _, e := range out.Events {
			kind := "Normal"
			if e.Warning {
				kind = "Warning"
			}
			got = append(got, kind+" "+e.Reason)
		}
		if diff := cmp.Diff(m.want, got); diff != "" {
			t.Errorf("decision %d (-want +got):\n%s", i, diff)
		}
		st, now = out.Status, now.Add(10*time.Second)
	}
}

func TestThePausesBetweenAttemptsDouble(t *testing.T) {
	want := []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, 40 * time.Second, 80 * time.Second, 160 * time.Second, 5 * time.Minute, 5 * time.Minute}
	var got []time.Duration
	for i := range want {
		got = append(got, backoff(int32(i)+1))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pauses (-want +got):\n%s", diff)
	}
}

func TestMessagesAreBounded(t *testing.T) {
	for name, in := range map[string]string{
		"a long one": strings.Repeat("a", 5000), "one of long runes": strings.Repeat("語", 2000), "one that is no text": strings.Repeat("a\xff", 4000),
	} {
		got := clip(in)
		if len(got) > maxMessage || got != strings.ToValidUTF8(got, "") || !strings.HasSuffix(got, "…") {
			t.Errorf("%s has %d bytes: %q", name, len(got), got[len(got)-10:])
		}
	}
}
