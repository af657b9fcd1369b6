package plan

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// randomPlan makes a plan of up to 3 phases of up to 3 steps of up to 2 tasks.
func randomPlan(r *rand.Rand) *v1alpha1.Plan {
	strategy := func() v1alpha1.Strategy {
		return []v1alpha1.Strategy{v1alpha1.Serial, v1alpha1.Parallel}[r.IntN(2)]
	}
	p := &v1alpha1.Plan{Name: "p", Strategy: strategy()}
	for i := range 1 + r.IntN(3) {
		ph := v1alpha1.Phase{Name: string(rune('a' + i)), Strategy: strategy()}
		for j := range 1 + r.IntN(3) {
			s := v1alpha1.Step{Name: string(rune('1' + j)), Retries: int32(r.IntN(3)), Tasks: []string{"t", "u"}[:1+r.IntN(2)], Always: r.IntN(5) == 0}
			if r.IntN(2) == 0 {
				s.Timeout = &metav1.Duration{Duration: time.Duration(1+r.IntN(60)) * time.Second}
			}
			ph.Steps = append(ph.Steps, s)
		}
		p.Phases = append(p.Phases, ph)
	}
	if r.IntN(3) == 0 {
		p.Deadline = &metav1.Duration{Duration: time.Duration(1+r.IntN(300)) * time.Second}
	}
	return p
}

// randomConditions gives some steps a condition, which is the same at every decision.
func randomConditions(r *rand.Rand, p *v1alpha1.Plan) map[Ref]Condition {
	out := map[Ref]Condition{}
	for _, ph := range p.Phases {
		for _, s := range ph.Steps {
			switch r.IntN(8) {
			case 0:
				out[Ref{Phase: ph.Name, Step: s.Name}] = Condition{Holds: true}
			case 1, 2:
				out[Ref{Phase: ph.Name, Step: s.Name}] = Condition{Text: "params.on"}
			case 3:
				out[Ref{Phase: ph.Name, Step: s.Name}] = Condition{Error: "no such key"}
			}
		}
	}
	return out
}

// observeRunning makes up an observation for some of the tasks of the running steps.
func observeRunning(r *rand.Rand, st v1alpha1.PlanExecutionStatus) map[Ref]Observation {
	out := map[Ref]Observation{}
	for _, ph := range st.Phases {
		for _, s := range ph.Steps {
			for _, t := range s.Tasks {
				if s.State == v1alpha1.Running && r.IntN(5) > 0 {
					out[Ref{ph.Name, s.Name, t.Name}] = Observation{Progress: Progress(r.IntN(5)), Message: "m"}
				}
			}
		}
	}
	return out
}

// FuzzAdvance walks random plans through random observations, commands and clocks, and checks at every decision what the
// runtime promises.
func FuzzAdvance(f *testing.F) {
	for seed := range uint64(200) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 1))
		p, now := randomPlan(r), t0
		conditions := randomConditions(r, p)
		var st v1alpha1.PlanExecutionStatus
		var cmds Commands
		for range 60 {
			now = now.Add(time.Duration(r.IntN(20)) * time.Second)
			cmds.Suspend = r.IntN(10) == 0
			cmds.Cancel = cmds.Cancel || r.IntN(100) == 0
			if r.IntN(20) == 0 {
				cmds.Retry++
				cmds.Cancel = cmds.Cancel && r.IntN(2) == 0
			}
			in := Input{Plan: p, Status: st, Commands: cmds, Observed: observeRunning(r, st), Conditions: conditions}
			out := Advance(in, now)
			check(t, in, out, now)
			st = out.Status
		}
		// When everything goes well from here on, every run ends.
		for range 100 {
			if st.State.Terminal() {
				return
			}
			good := observeRunning(r, st)
			for k := range good {
				good[k] = Observation{Progress: Done}
			}
			now = now.Add(time.Minute)
			st = Advance(Input{Plan: p, Status: st, Commands: Commands{Retry: cmds.Retry, Cancel: cmds.Cancel}, Observed: good, Conditions: conditions}, now).Status
		}
		t.Fatalf("the plan never ended: %s", states(st))
	})
}

// check asserts the promises on one decision.
func check(t *testing.T, in Input, out Output, now time.Time) {
	t.Helper()
	if again := Advance(in, now); !reflect.DeepEqual(out, again) {
		t.Fatalf("the same input gave two decisions:\n%s", cmp.Diff(out, again))
	}
	next := in
	next.Status = out.Status
	if twice := Advance(next, now); !reflect.DeepEqual(out.Status, twice.Status) {
		t.Fatalf("deciding twice differs from deciding once:\n%s", cmp.Diff(out.Status, twice.Status))
	}
	retried := in.Commands.Retry > in.Status.RetriesSeen && !in.Commands.Cancel
	stopped := in.Status.State == v1alpha1.Failed || in.Status.State == v1alpha1.Cancelled
	if in.Status.State.Terminal() && !(stopped && retried) {
		if !reflect.DeepEqual(in.Status, out.Status) || len(out.Actions)+len(out.Events) > 0 {
			t.Fatalf("a final state changed:\n%s", cmp.Diff(in.Status, out.Status))
		}
	}
	if in.Commands.Suspend && in.Status.State != "" {
		started(t, in.Status, out.Status)
	}
	if in.Plan.Strategy == v1alpha1.Serial && runningPhases(out.Status) > 1 {
		t.Fatalf("two phases of a serial plan run: %s", states(out.Status))
	}
	for i, ph := range out.Status.Phases {
		if in.Plan.Phases[i].Strategy == v1alpha1.Serial && runningSteps(ph) > 1 {
			t.Fatalf("two steps of a serial phase run: %s", states(out.Status))
		}
	}
	if !out.Status.State.Terminal() && out.Status.State != v1alpha1.Suspended && out.RequeueAfter <= 0 {
		t.Fatalf("nothing will ever wake this run: %s", states(out.Status))
	}
	afterFailure(t, in, out)
	for ref, c := range in.Conditions {
		if s := find(out.Status, ref); s != nil && !c.Holds && (s.Attempts > 0 || s.State == v1alpha1.Running) {
			t.Fatalf("step %s/%s ran although its condition does not hold", ref.Phase, ref.Step)
		}
	}
	for _, a := range out.Actions {
		if s := find(out.Status, a.Ref); s == nil || s.State != v1alpha1.Running || s.Attempts != a.Attempt {
			t.Fatalf("action %v on a step that does not run: %s", a, states(out.Status))
		}
	}
}

// afterFailure fails if something began after a failure that does not always run, or if a run failed before what always runs.
func afterFailure(t *testing.T, in Input, out Output) {
	t.Helper()
	for i, ph := range out.Status.Phases {
		for j, s := range ph.Steps {
			always := in.Plan.Phases[i].Steps[j].Always
			if out.Status.State == v1alpha1.Failed && always && s.State == v1alpha1.Pending {
				t.Fatalf("%s/%s always runs, but the run has failed without it: %s", ph.Name, s.Name, states(out.Status))
			}
			if len(in.Status.Phases) > 0 && !in.Status.State.Terminal() && anyFailed(in.Status.Phases) && !always && in.Status.Phases[i].Steps[j].Attempts == 0 && s.Attempts > 0 {
				t.Fatalf("%s/%s began after a failure: %s", ph.Name, s.Name, states(out.Status))
			}
		}
	}
}

// started fails if a suspended execution started a step.
func started(t *testing.T, before, after v1alpha1.PlanExecutionStatus) {
	t.Helper()
	for i, ph := range after.Phases {
		for j, s := range ph.Steps {
			if len(before.Phases) > 0 && s.Attempts > before.Phases[i].Steps[j].Attempts {
				t.Fatalf("a suspended execution started %s/%s", ph.Name, s.Name)
			}
		}
	}
}

func runningPhases(st v1alpha1.PlanExecutionStatus) (n int) {
	for _, ph := range st.Phases {
		if runningSteps(ph) > 0 {
			n++
		}
	}
	return n
}

func runningSteps(ph v1alpha1.PhaseStatus) (n int) {
	for _, s := range ph.Steps {
		if s.State == v1alpha1.Running {
			n++
		}
	}
	return n
}

func find(st v1alpha1.PlanExecutionStatus, ref Ref) *v1alpha1.StepStatus {
	for _, ph := range st.Phases {
		for _, s := range ph.Steps {
			if ph.Name == ref.Phase && s.Name == ref.Step {
				return &s
			}
		}
	}
	return nil
}
