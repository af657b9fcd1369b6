package plan

import (
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// Advance decides what happens next. It does not change its input.
func Advance(in Input, now time.Time) Output {
	m := machine{in: in, now: now, out: Output{Status: *in.Status.DeepCopy()}}
	st := &m.out.Status
	switch {
	case st.State.Terminal() && !m.reopen():
		return m.out
	case len(st.Phases) == 0:
		begin(st, in.Plan, now)
		m.event(false, "PlanStarted", "plan %s started", in.Plan.Name)
	}
	st.RetriesSeen = in.Commands.Retry // raised while the run goes on, it has nothing to retry
	if in.Commands.Cancel {
		m.cancel()
		return m.out
	}
	m.expire()
	m.phases()
	m.conclude()
	return m.out
}

// machine is one decision in the making.
type machine struct {
	in  Input
	now time.Time
	out Output
}

func (m *machine) event(warning bool, reason, format string, args ...any) {
	m.out.Events = append(m.out.Events, Event{Warning: warning, Reason: reason, Message: fmt.Sprintf(format, args...)})
}

// requeue asks for another decision after d at the latest.
func (m *machine) requeue(d time.Duration) {
	d = max(d, time.Millisecond)
	if m.out.RequeueAfter == 0 || d < m.out.RequeueAfter {
		m.out.RequeueAfter = d
	}
}

// Reopens says whether a retry that was raised goes on with an execution: one that began, and failed or was cancelled by request.
func Reopens(st *v1alpha1.PlanExecutionStatus, c Commands) bool {
	stopped := st.State == v1alpha1.Failed || st.State == v1alpha1.Cancelled && st.Reason == v1alpha1.ReasonCancelled
	return stopped && len(st.Phases) > 0 && !c.Cancel && c.Retry > st.RetriesSeen
}

// reopen puts failed and cancelled steps back to Pending when retry was raised, and says whether it did.
func (m *machine) reopen() bool {
	st := &m.out.Status
	if !Reopens(st, m.in.Commands) {
		return false
	}
	now := metav1.NewTime(m.now)
	st.State, st.FinishedAt, st.ResumedAt = v1alpha1.Running, nil, &now
	again := false
	for i := range st.Phases {
		for j := range st.Phases[i].Steps {
			s := &st.Phases[i].Steps[j]
			stopped := s.State == v1alpha1.Failed || s.State == v1alpha1.Cancelled
			again = again || stopped
			// what runs after a failure, too, runs again after what is retried
			if stopped || again && s.State.Terminal() && m.in.Plan.Phases[i].Steps[j].Always {
				reset(s)
				s.Message, s.FinishedAt, s.NotBefore = "", nil, nil
			}
		}
	}
	m.event(false, "PlanRetried", "plan %s goes on from the steps that failed or were cancelled", m.in.Plan.Name)
	return true
}

// cancel stops everything that has not finished.
func (m *machine) cancel() {
	st := &m.out.Status
	finished := metav1.NewTime(m.now)
	for i := range st.Phases {
		ph := &st.Phases[i]
		for j := range ph.Steps {
			s := &ph.Steps[j]
			if s.State.Terminal() {
				continue
			}
			for k := range s.Tasks {
				if !s.Tasks[k].State.Terminal() {
					s.Tasks[k].State = v1alpha1.Cancelled
				}
			}
			s.State, s.FinishedAt, s.NotBefore = v1alpha1.Cancelled, &finished, nil
		}
		if !ph.State.Terminal() {
			ph.State = v1alpha1.Cancelled
		}
	}
	st.State, st.FinishedAt = v1alpha1.Cancelled, &finished
	st.Reason, st.Message = v1alpha1.ReasonCancelled, "cancelled by request; objects were left as they are"
	m.event(true, "PlanCancelled", "plan %s was cancelled", m.in.Plan.Name)
}

// phases advances the phases in order, and derives their states.
func (m *machine) phases() {
	st := &m.out.Status
	mayStart := !m.in.Commands.Suspend
	for i := range st.Phases {
		done := m.steps(&st.Phases[i], i, mayStart)
		mayStart = mayStart && (done || m.in.Plan.Strategy == v1alpha1.Parallel)
	}
	for i := range st.Phases {
		st.Phases[i].State = phaseState(st.Phases[i].Steps, m.busy(i))
	}
}

// steps advances the steps of a phase, and says whether all of them have ended or will never begin.
func (m *machine) steps(ph *v1alpha1.PhaseStatus, index int, mayStart bool) (done bool) {
	spec := &m.in.Plan.Phases[index]
	done = true
	for j := range ph.Steps {
		s := &ph.Steps[j]
		if s.State == v1alpha1.Running {
			m.observe(spec, &spec.Steps[j], s)
		}
		if s.State == v1alpha1.Pending && mayStart && !m.barred(&spec.Steps[j], s) && m.runs(spec, s) {
			m.start(spec, &spec.Steps[j], s)
		}
		ended := s.State.Terminal() || m.barred(&spec.Steps[j], s)
		done = done && ended
		mayStart = mayStart && (ended || spec.Strategy == v1alpha1.Parallel)
	}
	return done
}

// barred says whether a step will not begin: once one has failed nothing new starts, except for what always runs. What was
// begun has its remaining attempts.
func (m *machine) barred(spec *v1alpha1.Step, s *v1alpha1.StepStatus) bool {
	return s.State == v1alpha1.Pending && s.Attempts == 0 && !spec.Always && anyFailed(m.out.Status.Phases)
}

// busy says whether a step of a phase runs, or will run although another one has failed.
func (m *machine) busy(phase int) bool {
	failed := anyFailed(m.out.Status.Phases)
	for j := range m.out.Status.Phases[phase].Steps {
		s := &m.out.Status.Phases[phase].Steps[j]
		if inProgress(s) || failed && s.State == v1alpha1.Pending && m.in.Plan.Phases[phase].Steps[j].Always {
			return true
		}
	}
	return false
}

// expire ends what is in progress when the plan has taken longer than it may. What always runs still does.
func (m *machine) expire() {
	st := &m.out.Status
	since := st.StartedAt
	if st.ResumedAt != nil {
		since = st.ResumedAt
	}
	if m.in.Plan.Deadline == nil || since == nil {
		return
	}
	if left := since.Add(m.in.Plan.Deadline.Duration).Sub(m.now); left > 0 {
		m.requeue(left)
		return
	}
	m.eachStep(func(ph *v1alpha1.Phase, spec *v1alpha1.Step, s *v1alpha1.StepStatus) {
		if inProgress(s) && !spec.Always {
			m.failed(ph, s, strings.TrimSuffix(m.overdue()+": "+s.Message, ": "))
		}
	})
	m.eachStep(func(ph *v1alpha1.Phase, spec *v1alpha1.Step, s *v1alpha1.StepStatus) {
		if s.State == v1alpha1.Pending && !spec.Always && !anyFailed(st.Phases) { // between two steps, or suspended
			m.failed(ph, s, m.overdue())
		}
	})
}

func (m *machine) overdue() string {
	return fmt.Sprintf("plan %s has taken longer than its deadline, %s", m.in.Plan.Name, m.in.Plan.Deadline.Duration)
}

func (m *machine) eachStep(visit func(*v1alpha1.Phase, *v1alpha1.Step, *v1alpha1.StepStatus)) {
	for i := range m.out.Status.Phases {
		for j := range m.out.Status.Phases[i].Steps {
			visit(&m.in.Plan.Phases[i], &m.in.Plan.Phases[i].Steps[j], &m.out.Status.Phases[i].Steps[j])
		}
	}
}

// runs says whether a step that is about to begin is to run. One that is not is skipped; one about which that cannot be
// found out has failed, without an attempt: its inputs will not change.
func (m *machine) runs(ph *v1alpha1.Phase, s *v1alpha1.StepStatus) bool {
	c, ok := m.in.Conditions[Ref{Phase: ph.Name, Step: s.Name}]
	if !ok || s.Attempts > 0 || c.Holds && c.Error == "" {
		return true
	}
	if c.Error != "" {
		m.failed(ph, s, c.Error)
		return false
	}
	finished := metav1.NewTime(m.now)
	s.State, s.FinishedAt, s.Message = v1alpha1.Skipped, &finished, clip("when is false: "+c.Text)
	for k := range s.Tasks {
		s.Tasks[k].State = v1alpha1.Skipped
	}
	m.event(false, "StepSkipped", "step %s of phase %s: %s", s.Name, ph.Name, s.Message)
	return false
}

// start begins an attempt, unless its time has not come.
func (m *machine) start(ph *v1alpha1.Phase, spec *v1alpha1.Step, s *v1alpha1.StepStatus) {
	if latest := m.now.Add(backoff(s.Attempts)); s.NotBefore != nil && s.NotBefore.After(latest) {
		s.NotBefore = &metav1.Time{Time: latest} // whoever recorded it had a clock that was ahead
	}
	if s.NotBefore != nil && m.now.Before(s.NotBefore.Time) {
		m.requeue(s.NotBefore.Sub(m.now))
		return
	}
	started := metav1.NewTime(m.now)
	s.State, s.StartedAt, s.NotBefore, s.Message = v1alpha1.Running, &started, nil, ""
	s.Attempts++
	for k := range s.Tasks {
		s.Tasks[k].State = v1alpha1.Running
		m.act(Start, Ref{ph.Name, s.Name, s.Tasks[k].Name}, s.Attempts)
	}
	m.requeue(timeout(spec))
}

func (m *machine) act(kind ActionKind, ref Ref, attempt int32) {
	m.out.Actions = append(m.out.Actions, Action{Kind: kind, Ref: ref, Attempt: attempt})
}

// observe moves a running step by what is known of its tasks.
func (m *machine) observe(ph *v1alpha1.Phase, spec *v1alpha1.Step, s *v1alpha1.StepStatus) {
	if s.StartedAt != nil && s.StartedAt.After(m.now) {
		s.StartedAt = &metav1.Time{Time: m.now} // whoever recorded it had a clock that was ahead
	}
	waiting, failed, done := "", "", 0
	before := len(m.out.Actions)
	for k := range s.Tasks {
		t := &s.Tasks[k]
		if !t.State.Terminal() {
			m.observeTask(Ref{ph.Name, s.Name, t.Name}, t, s.Attempts)
		}
		switch {
		case t.State == v1alpha1.Succeeded:
			done++
		case t.State == v1alpha1.Failed:
			failed = first(failed, t.Message)
		default:
			waiting = first(waiting, t.Message)
		}
	}
	left := m.left(spec, s)
	if failed == "" && done < len(s.Tasks) && left <= 0 {
		failed = fmt.Sprintf("timed out after %s", timeout(spec))
		if waiting != "" {
			failed += ": " + waiting
		}
	}
	switch {
	case failed != "":
		m.out.Actions = m.out.Actions[:before] // the attempt is over: its other tasks do nothing more
		m.fail(ph, spec, s, failed)
	case done == len(s.Tasks):
		finished := metav1.NewTime(m.now)
		s.State, s.FinishedAt, s.Message = v1alpha1.Succeeded, &finished, ""
	default:
		s.Message = clip(waiting)
		m.requeue(left)
	}
}

// left is how much time the attempt has.
func (m *machine) left(spec *v1alpha1.Step, s *v1alpha1.StepStatus) time.Duration {
	if s.StartedAt == nil {
		return timeout(spec)
	}
	return s.StartedAt.Add(timeout(spec)).Sub(m.now)
}

func (m *machine) observeTask(ref Ref, t *v1alpha1.TaskStatus, attempt int32) {
	o, ok := m.in.Observed[ref]
	if !ok {
		return
	}
	t.Message = clip(o.Message)
	switch o.Progress {
	case Absent:
		if t.Completed { // its objects are gone, as they should be
			t.State = v1alpha1.Succeeded
			return
		}
		m.act(Start, ref, attempt)
	case Waiting:
	case Completed:
		t.Completed = true
		m.act(Remove, ref, attempt)
	case Done:
		t.State, t.Message = v1alpha1.Succeeded, ""
	case Broken:
		t.State, t.Message = v1alpha1.Failed, first(t.Message, "task "+t.Name+" failed")
	}
}

// fail ends an attempt: another one follows if any is left.
func (m *machine) fail(ph *v1alpha1.Phase, spec *v1alpha1.Step, s *v1alpha1.StepStatus, why string) {
	if s.Attempts <= spec.Retries {
		wait := backoff(s.Attempts)
		notBefore := metav1.NewTime(m.now.Add(wait))
		reset(s)
		s.NotBefore = &notBefore
		s.Message = clip(fmt.Sprintf("attempt %d of %d failed, the next one starts in %s: %s", s.Attempts, spec.Retries+1, wait, why))
		m.requeue(wait)
		m.event(true, "StepRetried", "step %s of phase %s: %s", s.Name, ph.Name, s.Message)
		return
	}
	m.failed(ph, s, why)
}

// failed ends a step.
func (m *machine) failed(ph *v1alpha1.Phase, s *v1alpha1.StepStatus, why string) {
	finished := metav1.NewTime(m.now)
	s.State, s.FinishedAt, s.Message = v1alpha1.Failed, &finished, clip(why)
	for k := range s.Tasks {
		if t := &s.Tasks[k]; !t.State.Terminal() {
			t.State = v1alpha1.Cancelled
		}
	}
	m.event(true, "StepFailed", "step %s of phase %s: %s", s.Name, ph.Name, s.Message)
}

// conclude derives the state of the execution from its phases.
func (m *machine) conclude() {
	st := &m.out.Status
	busy := false
	for i := range st.Phases {
		busy = busy || m.busy(i)
	}
	st.State = executionState(st.Phases, busy)
	finished := metav1.NewTime(m.now)
	switch st.State {
	case v1alpha1.Succeeded:
		st.FinishedAt, st.Reason, st.Message = &finished, v1alpha1.ReasonSucceeded, ""
		m.event(false, "PlanSucceeded", "plan %s succeeded", m.in.Plan.Name)
	case v1alpha1.Failed:
		for i := range st.Phases {
			if !st.Phases[i].State.Terminal() { // what it has left will not run, unless the run is retried
				st.Phases[i].State = v1alpha1.Pending
			}
		}
		st.FinishedAt, st.Reason, st.Message = &finished, v1alpha1.ReasonStepFailed, summary(st.Phases, v1alpha1.Failed)
		m.event(true, "PlanFailed", "plan %s failed: %s", m.in.Plan.Name, st.Message)
	default:
		st.Reason, st.Message = v1alpha1.ReasonRunning, summary(st.Phases, v1alpha1.Running)
		if m.in.Commands.Suspend {
			st.State, st.Reason = v1alpha1.Suspended, v1alpha1.ReasonSuspended
		}
	}
}
