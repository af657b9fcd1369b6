package plan

import (
	"strings"
	"time"
	"unicode/utf8"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// maxMessage bounds a message in a status, in bytes, so that a status stays small whatever an API server says.
const maxMessage = 1024

// begin records a run of the plan in which nothing has started.
func begin(st *v1alpha1.PlanExecutionStatus, p *v1alpha1.Plan, now time.Time) {
	started := metav1.NewTime(now)
	st.State, st.StartedAt, st.FinishedAt, st.Strategy = v1alpha1.Running, &started, nil, p.Strategy
	for _, ph := range p.Phases {
		phase := v1alpha1.PhaseStatus{Name: ph.Name, State: v1alpha1.Pending, Strategy: ph.Strategy}
		for _, s := range ph.Steps {
			step := v1alpha1.StepStatus{Name: s.Name, State: v1alpha1.Pending}
			for _, t := range s.Tasks {
				step.Tasks = append(step.Tasks, v1alpha1.TaskStatus{Name: t, State: v1alpha1.Pending})
			}
			phase.Steps = append(phase.Steps, step)
		}
		st.Phases = append(st.Phases, phase)
	}
}

// reset puts a step back to Pending; the count of its attempts stays, because it names what the attempts made.
func reset(s *v1alpha1.StepStatus) {
	s.State, s.StartedAt = v1alpha1.Pending, nil
	for k := range s.Tasks {
		s.Tasks[k] = v1alpha1.TaskStatus{Name: s.Tasks[k].Name, State: v1alpha1.Pending}
	}
}

// phaseState derives the state of a phase from its steps. A phase with a failed step has failed as soon as it is not busy any
// more.
func phaseState(steps []v1alpha1.StepStatus, busy bool) v1alpha1.State {
	count := map[v1alpha1.State]int{}
	for i := range steps {
		count[steps[i].State]++
	}
	finished := count[v1alpha1.Succeeded] + count[v1alpha1.Skipped]
	switch {
	case busy:
		return v1alpha1.Running
	case count[v1alpha1.Failed] > 0:
		return v1alpha1.Failed
	case count[v1alpha1.Skipped] == len(steps):
		return v1alpha1.Skipped
	case finished == len(steps):
		return v1alpha1.Succeeded
	case finished > 0:
		return v1alpha1.Running
	}
	return v1alpha1.Pending
}

// executionState derives the state of an execution from its phases: it has failed as soon as a step has failed and it is
// not busy any more.
func executionState(phases []v1alpha1.PhaseStatus, busy bool) v1alpha1.State {
	finished := 0
	for _, ph := range phases {
		if ph.State == v1alpha1.Succeeded || ph.State == v1alpha1.Skipped {
			finished++
		}
	}
	switch {
	case !busy && anyFailed(phases):
		return v1alpha1.Failed
	case finished == len(phases):
		return v1alpha1.Succeeded
	}
	return v1alpha1.Running
}

// inProgress says whether an attempt runs, or another one is due.
func inProgress(s *v1alpha1.StepStatus) bool {
	return s.State == v1alpha1.Running || s.State == v1alpha1.Pending && s.Attempts > 0
}

// anyFailed says whether a step of any phase has failed.
func anyFailed(phases []v1alpha1.PhaseStatus) bool {
	for _, ph := range phases {
		for _, s := range ph.Steps {
			if s.State == v1alpha1.Failed {
				return true
			}
		}
	}
	return false
}

// summary joins what the steps in a state, or between two attempts, have to say.
func summary(phases []v1alpha1.PhaseStatus, state v1alpha1.State) string {
	var parts []string
	for _, ph := range phases {
		for _, s := range ph.Steps {
			between := state == v1alpha1.Running && s.State == v1alpha1.Pending && s.NotBefore != nil
			if (s.State == state || between) && s.Message != "" {
				parts = append(parts, ph.Name+"/"+s.Name+": "+s.Message)
			}
		}
	}
	return clip(strings.Join(parts, "; "))
}

func timeout(s *v1alpha1.Step) time.Duration {
	if s.Timeout != nil && s.Timeout.Duration > 0 {
		return s.Timeout.Duration
	}
	return DefaultTimeout
}

// backoff is how long to wait after that many attempts: 5 s, doubled each time, at most 5 m.
func backoff(attempts int32) time.Duration {
	d := 5 * time.Second
	for i := int32(1); i < attempts && d < 5*time.Minute; i++ {
		d *= 2
	}
	return min(d, 5*time.Minute)
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// clip shortens a message to maxMessage bytes, at a rune.
func clip(s string) string {
	s = strings.ToValidUTF8(s, "�")
	if len(s) <= maxMessage {
		return s
	}
	cut := maxMessage - len("…")
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
