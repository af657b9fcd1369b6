package plan

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

var t0 = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// twoByTwo is a plan of phases a and b with steps 1 and 2 of one task each.
func twoByTwo(phases, steps v1alpha1.Strategy) *v1alpha1.Plan {
	p := &v1alpha1.Plan{Name: "deploy", Strategy: phases}
	for _, ph := range []string{"a", "b"} {
		p.Phases = append(p.Phases, v1alpha1.Phase{Name: ph, Strategy: steps, Steps: []v1alpha1.Step{
			{Name: "1", Tasks: []string{"t"}}, {Name: "2", Tasks: []string{"t"}},
		}})
	}
	return p
}

func ref(step string) Ref { return Ref{Phase: step[:1], Step: step[1:], Task: "t"} }

// tick is one decision: what was observed of the running steps, and what is expected after it.
type tick struct {
	after    time.Duration
	observed map[string]Progress
	commands Commands
	when     map[string]Condition
	want     string // states of a1 a2 b1 b2 and of the execution: P R S F C -, then the same letters
	actions  []string
}

var letters = map[v1alpha1.State]string{
	v1alpha1.Pending: "P", v1alpha1.Running: "R", v1alpha1.Succeeded: "S", v1alpha1.Failed: "F",
	v1alpha1.Cancelled: "C", v1alpha1.Suspended: "Z", v1alpha1.Skipped: "-",
}

func states(st v1alpha1.PlanExecutionStatus) string {
	out := ""
	for _, ph := range st.Phases {
		for _, s := range ph.Steps {
			out += letters[s.State]
		}
		out += " "
	}
	return out + letters[st.State]
}

func TestAdvance(t *testing.T) {
	serial, parallel := v1alpha1.Serial, v1alpha1.Parallel
	tests := map[string]struct {
		phases, steps v1alpha1.Strategy
		edit          func(*v1alpha1.Plan)
		ticks         []tick
	}{
		"a serial plan runs one step after the other": {serial, serial, nil, []tick{
			{want: "RP PP R", actions: []string{"Start a1.1"}},
			{observed: map[string]Progress{"a1": Waiting}, want: "RP PP R"},
			{observed: map[string]Progress{"a1": Done}, want: "SR PP R", actions: []string{"Start a2.1"}},
			{observed: map[string]Progress{"a2": Done}, want: "SS RP R", actions: []string{"Start b1.1"}},
			{observed: map[string]Progress{"b1": Done}, want: "SS SR R", actions: []string{"Start b2.1"}},
			{observed: map[string]Progress{"b2": Done}, want: "SS SS S"},
			{want: "SS SS S"},
		}},
		"parallel phases run together, their steps in order": {parallel, serial, nil, []tick{
			{want: "RP RP R", actions: []string{"Start a1.1", "Start b1.1"}},
			{observed: map[string]Progress{"a1": Waiting, "b1": Done}, want: "RP SR R", actions: []string{"Start b2.1"}},
		}},
		"parallel steps run together, the phases in order": {serial, parallel, nil, []tick{
			{want: "RR PP R", actions: []string{"Start a1.1", "Start a2.1"}},
			{observed: map[string]Progress{"a1": Done, "a2": Waiting}, want: "SR PP R"},
			{observed: map[string]Progress{"a2": Done}, want: "SS RR R", actions: []string{"Start b1.1", "Start b2.1"}},
		}},
		"a clock that goes back costs no step its timeout, and a step no more than that": {serial, serial, nil, []tick{
			{want: "RP PP R", actions: []string{"Start a1.1"}},
			{after: -5 * time.Hour, observed: map[string]Progress{"a1": Waiting}, want: "RP PP R"},
			{after: 9 * time.Minute, observed: map[string]Progress{"a1": Waiting}, want: "RP PP R"},
			{after: time.Minute, observed: map[string]Progress{"a1": Waiting}, want: "FP PP F"},
		}},
		"a clock that goes back puts no attempt off": {serial, serial, func(p *v1alpha1.Plan) { p.Phases[0].Steps[0].Retries = 1 }, []tick{
			{want: "RP PP R", actions: []string{"Start a1.1"}},
			{observed: map[string]Progress{"a1": Broken}, want: "PP PP R"},
			{after: -5 * time.Hour, want: "PP PP R"},
			{after: 5 * time.Second, want: "RP PP R", actions: []string{"Start a1.2"}},
		}},
		"what was lost before it was applied is started again with the same attempt": {serial, serial, nil, []tick{
			{want: "RP PP R", actions: []string{"Start a1.1"}},
			{observed: map[string]Progress{"a1": Absent}, want: "RP PP R", actions: []string{"Start a1.1"}},
			{observed: map[string]Progress{"a1": Absent}, want: "RP PP R", actions: []string{"Start a1.1"}},
		}},
		"a step whose task cannot be observed stays as it is": {serial, serial, nil, []tick{
			{want: "RP PP R", actions: []string{"Start a1.1"}},
			{want: "RP PP R"},
		}},
		"a completed job is removed before its step succeeds, and is not run again when it is gone": {serial, serial, nil, []tick{
			{want: "RP PP R", actions: []string{"Start a1.1"}},
			{observed: map[string]Progress{"a1": Completed}, want: "RP PP R", actions: []string{"Remove a1.1"}},
			{observed: map[string]Progress{"a1": Completed}, want: "RP PP R", actions: []string{"Remove a1.1"}},
			{observed: map[string]Progress{"a1": Absent}, want: "SR PP R", actions: []string{"Start a2.1"}},
		}},
		"a failed step fails a serial plan and nothing else starts": {serial, serial, nil, []tick{
			{want: "RP PP R", actions: []string{"Start a1.1"}},
			{observed: map[string]Progress{"a1": Broken}, want: "FP PP F"},
			{observed: map[string]Progress{"a1": Done}, want: "FP PP F"},
		}},
		"after a failure what runs in parallel is brought to its end": {parallel, serial, nil, []tick{
			{want: "RP RP R", actions: []string{"Start a1.1", "Start b1.1"}},
			{observed: map[string]Progress{"a1": Broken, "b1": Waiting}, want: "FP RP R"},
			{observed: map[string]Progress{"b1": Done}, want: "FP SP F"},
		}},
		"a step that has attempts left tries again after a pause, under another attempt": {serial, serial, func(p *v1alpha1.Plan) {
			p.Phases[0].Steps[0].Retries = 1
		}, []tick{
			{want: "RP PP R", actions: []string{"Start a1.1"}},
			{observed: map[string]Progress{"a1": Broken}, want: "PP PP R"},
			{after: 4 * time.Second, want: "PP PP R"},
			{after: time.Second, want: "RP PP R", actions: []string{"Start a1.2"}},
			{observed: map[string]Progress{"a1": Broken}, want: "FP PP F"},
		}},
		"attempts go on although another phase has failed": {parallel, serial, func(p *v1alpha1.Plan) {
			p.Phases[0].Steps[0].Retries = 1
		}, []tick{
			{want: "RP RP R", actions: []string{"Start a1.1", "Start b1.1"}},
			{observed: map[string]Progress{"a1": Broken, "b1": Broken}, want: "PP FP R"},
			{after: 5 * time.Second, want: "RP FP R", actions: []string{"Start a1.2"}},
			{observed: map[string]Progress{"a1": Done}, want: "SP FP F"},
		}},
		"after a failure what always runs does, and then the run has failed": {serial, serial, func(p *v1alpha1.Plan) { p.Phases[1].Steps[1].Always = true }, []tick{
			{want: "RP PP R", actions: []string{"Start a1.1"}},
			{observed: map[string]Progress{"a1": Broken}, want: "FP PR R", actions: []string{"Start b2.1"}},
			{observed: map[string]Progress{"b2": Done}, want: "FP PS F"},
		}},
		"what always runs has its place where nothing fails": {serial, serial, func(p *v1alpha1.Plan) { p.Phases[0].Steps[1].Always = true }, []tick{
			{want: "RP PP R", actions: []string{"Start a1.1"}},
			{observed: map[string]Progress{"a1": Done}, want: "SR PP R", actions: []string{"Start a2.1"}},
			{observed: map[string]Progress{"a2": Done}, want: "SS RP R", actions: []string{"Start b1.1"}},
		}},
		"what always runs waits until what is in progress has ended": {serial, parallel, func(p *v1alpha1.Plan) { p.Phases[1].Steps[0].Always = true }, []tick{
			{want: "RR PP R", actions: []string{"Start a1.1", "Start a2.1"}},
			{observed: map[string]Progress{"a1": Broken, "a2": Waiting}, want: "FR PP R"},
			{observed: map[string]Progress{"a2": Done}, want: "FS RP R", actions: []string{"Start b1.1"}},
			{observed: map[string]Progress{"b1": Broken}, want: "FS FP F"},
		}},
		"after a retry what always runs runs again": {serial, serial, func(p *v1alpha1.Plan) { p.Phases[0].Steps[1].Always = true }, []tick{
			{want: "RP PP R", actions: []string{"Start a1.1"}},
			{observed: map[string]Progress{"a1": Broken}, want: "FR PP R", actions: []string{"Start a2.1"}},
			{observed: map[string]Progress{"a2": Done}, want: "FS PP F"},
			{commands: Commands{Retry: 1}, want: "RP PP R", actions: []string{"Start a1.2"}},
			{commands: Commands{Retry: 1}, observed: map[string]Progress{"a1": Done}, want: "SR PP R", actions: []string{"Start a2.2"}},
		}},
		"a run that takes longer than its deadline has failed, and what always runs still does": {serial, serial, func(p *v1alpha1.Plan) {
			p.Deadline, p.Phases[1].Steps[1].Always = &metav1.Duration{Duration: time.Minute}, true
		}, []tick{
			{want: "RP PP R", actions: []string{"Start a1.1"}},
			{after: 59 * time.Second, observed: map[string]Progress{"a1": Waiting}, want: "RP PP R"},
			{after: time.Second, observed: map[string]Progress{"a1": Waiting}, want: "FP PR R", actions: []string{"Start b2.1"}},
			{after: time.Minute, observed: map[string]Progress{"b2": Done}, want: "FP PS F"},
		}},
		"a retry has the whole of the deadline": {serial, serial, func(p *v1alpha1.Plan) { p.Deadline = &metav1.Duration{Duration: time.Minute} }, []tick{
			{want: "RP PP R", actions: []string{"Start a1.1"}},
			{after: time.Minute, want: "FP PP F"},
			{commands: Commands{Retry: 1}, want: "RP PP R", actions: []string{"Start a1.2"}},
			{after: 59 * time.Second, commands: Commands{Retry: 1}, observed: map[string]Progress{"a1": Waiting}, want: "RP PP R"},
			{after: time.Second, commands: Commands{Retry: 1}, want: "FP PP F"},
		}},
		"the deadline counts for a suspended run": {serial, serial, func(p *v1alpha1.Plan) { p.Deadline = &metav1.Duration{Duration: time.Minute} }, []tick{
			{want: "RP PP R", actions: []string{"Start a1.1"}},
			{commands: Commands{Suspend: true}, observed: map[string]Progress{"a1": Done}, want: "SP PP Z"},
			{after: time.Minute, commands: Commands{Suspend: true}, want: "SF PP F"},
		}},
		"an attempt that takes too long has failed": {serial, serial, func(p *v1alpha1.Plan) {
			p.Phases[0].Steps[0].Timeout = &metav1.Duration{Duration: time.Minute}
		}, []tick{
			{want: "RP PP R", actions: []string{"Start a1.1"}},
			{after: 59 * time.Second, observed: map[string]Progress{"a1": Waiting}, want: "RP PP R"},
			{after: time.Second, observed: map[string]Progress{"a1": Waiting}, want: "FP PP F"},
		}},
		"without a timeout of its own a step has ten minutes": {serial, serial, nil, []tick{
			{want: "RP PP R", actions: []string{"Start a1.1"}},
			{after: 10*time.Minute - 1, observed: map[string]Progress{"a1": Waiting}, want: "RP PP R"},
			{after: 1, observed: map[string]Progress{"a1": Waiting}, want: "FP PP F"},
		}},
		"suspend starts nothing new, what runs goes on": {serial, serial, nil, []tick{
			{want: "RP PP R", actions: []string{"Start a1.1"}},
			{commands: Commands{Suspend: true}, observed: map[string]Progress{"a1": Done}, want: "SP PP Z"},
			{commands: Commands{Suspend: true}, want: "SP PP Z"},
			{want: "SR PP R", actions: []string{"Start a2.1"}},
		}},
		"cancel ends everything at once": {parallel, serial, nil, []tick{
			{want: "RP RP R", actions: []string{"Start a1.1", "Start b1.1"}},
			{observed: map[string]Progress{"a1": Done}, want: "SR RP R", actions: []string{"Start a2.1"}},
			{commands: Commands{Cancel: true}, want: "SC CC C"},
			{want: "SC CC C"},
		}},
		"retry goes on from the failed step, once for each time it is raised": {serial, serial, nil, []tick{
			{want: "RP PP R", actions: []string{"Start a1.1"}},
			{observed: map[string]Progress{"a1": Done}, want: "SR PP R", actions: []string{"Start a2.1"}},
			{observed: map[string]Progress{"a2": Broken}, want: "SF PP F"},
			{commands: Commands{Retry: 1}, want: "SR PP R", actions: []string{"Start a2.2"}},
			{commands: Commands{Retry: 1}, observed: map[string]Progress{"a2": Broken}, want: "SF PP F"},
			{commands: Commands{Retry: 1}, want: "SF PP F"},
		}},
		"a retry goes on from the cancelled steps, once the cancellation is taken back": {serial, parallel, nil, []tick{
			{want: "RR PP R", actions: []string{"Start a1.1", "Start a2.1"}},
			{observed: map[string]Progress{"a1": Done}, want: "SR PP R"},
			{commands: Commands{Cancel: true}, want: "SC CC C"},
			{commands: Commands{Cancel: true, Retry: 1}, want: "SC CC C"},
			{commands: Commands{Retry: 1}, want: "SR PP R", actions: []string{"Start a2.2"}},
			{commands: Commands{Retry: 1}, observed: map[string]Progress{"a2": Done}, want: "SS RR R", actions: []string{"Start b1.1", "Start b2.1"}},
		}},
		"a step whose condition is false is skipped, and the next one starts at once": {serial, serial, nil, []tick{
			{when: map[string]Condition{"a1": {}, "a2": {}}, want: "-- RP R", actions: []string{"Start b1.1"}},
			{observed: map[string]Progress{"b1": Done}, when: map[string]Condition{"b2": {}}, want: "-- S- S"},
		}},
		"a condition is looked at when the turn of the step has come": {serial, serial, nil, []tick{
			{when: map[string]Condition{"a2": {}}, want: "RP PP R", actions: []string{"Start a1.1"}},
			{observed: map[string]Progress{"a1": Done}, when: map[string]Condition{"a2": {Holds: true}}, want: "SR PP R", actions: []string{"Start a2.1"}},
			{observed: map[string]Progress{"a2": Waiting}, when: map[string]Condition{"a1": {}, "a2": {}}, want: "SR PP R"},
		}},
		"a condition that cannot be evaluated fails the step without an attempt": {serial, serial, func(p *v1alpha1.Plan) {
			p.Phases[0].Steps[0].Retries = 3
		}, []tick{
			{when: map[string]Condition{"a1": {Error: "no such key"}}, want: "FP PP F"},
			{commands: Commands{Retry: 1}, want: "RP PP R", actions: []string{"Start a1.1"}},
		}},
		"a plan of which every step is skipped has succeeded": {parallel, parallel, nil, []tick{
			{when: map[string]Condition{"a1": {}, "a2": {}, "b1": {}, "b2": {}}, want: "-- -- S"},
		}},
		"a suspended run skips nothing": {serial, serial, nil, []tick{
			{want: "RP PP R", actions: []string{"Start a1.1"}},
			{commands: Commands{Suspend: true}, observed: map[string]Progress{"a1": Done}, when: map[string]Condition{"a2": {}}, want: "SP PP Z"},
			{when: map[string]Condition{"a2": {}}, want: "S- RP R", actions: []string{"Start b1.1"}},
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := twoByTwo(tt.phases, tt.steps)
			if tt.edit != nil {
				tt.edit(p)
			}
			now, st := t0, v1alpha1.PlanExecutionStatus{}
			for i, k := range tt.ticks {
				now = now.Add(k.after)
				observed := map[Ref]Observation{}
				for step, progress := range k.observed {
					observed[ref(step)] = Observation{Progress: progress, Message: "because"}
				}
				conditions := map[Ref]Condition{}
				for step, c := range k.when {
					conditions[Ref{Phase: step[:1], Step: step[1:]}] = c
				}
				out := Advance(Input{Plan: p, Status: st, Commands: k.commands, Observed: observed, Conditions: conditions}, now)
				var actions []string
				for _, a := range out.Actions {
					actions = append(actions, fmt.Sprintf("%s %s%s.%d", a.Kind, a.Ref.Phase, a.Ref.Step, a.Attempt))
				}
				if diff := cmp.Diff(k.want, states(out.Status)); diff != "" {
					t.Errorf("tick %d: states (-want +got):\n%s", i, diff)
				}
				if diff := cmp.Diff(k.actions, actions); diff != "" {
					t.Errorf("tick %d: actions (-want +got):\n%s", i, diff)
				}
				st = out.Status
			}
		})
	}
}

func TestMessagesSayWhatIsWaitedFor(t *testing.T) {
	p := twoByTwo(v1alpha1.Serial, v1alpha1.Serial)
	out := Advance(Input{Plan: p}, t0)
	why := map[Ref]Observation{ref("a1"): {Waiting, "waiting for StatefulSet/default/zk: 2 of 3 replicas ready"}}
	out = Advance(Input{Plan: p, Status: out.Status, Observed: why}, t0)
	want := "a/1: waiting for StatefulSet/default/zk: 2 of 3 replicas ready"
	if diff := cmp.Diff(want, out.Status.Message); diff != "" {
		t.Errorf("running (-want +got):\n%s", diff)
	}
	out = Advance(Input{Plan: p, Status: out.Status, Observed: why}, t0.Add(DefaultTimeout))
	want = "a/1: timed out after 10m0s: waiting for StatefulSet/default/zk: 2 of 3 replicas ready"
	if diff := cmp.Diff(want, out.Status.Message); diff != "" {
		t.Errorf("timed out (-want +got):\n%s", diff)
	}
}
