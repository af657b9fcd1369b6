// Package plan decides what happens next in one run of a plan. It is a pure state machine: it reads no cluster and no
// clock, so the same input always gives the same output, and everything that the runtime promises about plans can be
// tested, and fuzzed, here.
//
// The record of a run is the status of its PlanExecution: a tree of phases, steps and tasks. Advance takes that record,
// what was observed of the objects of the running steps, and the time; it returns the next record and the actions that
// the record calls for. The caller writes the record before it acts. An action never moves a step forward: only the
// next observation does. So a crash between any two writes is harmless: the observation after the restart asks for the
// same action again, and every action is idempotent or named by its attempt.
//
//	Pending ── its condition is false ─▶ Skipped
//	           start                 all tasks done
//	Pending ──────────▶ Running ─────────────────────▶ Succeeded
//	   ▲                  │ │ a task failed or the time is up
//	   │ attempts left    │ └─────────────────────────▶ Failed ── retry ─▶ Pending
//	   └──────────────────┘
//	any of Pending and Running ── cancel ─▶ Cancelled
package plan

import (
	"time"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// DefaultTimeout bounds one attempt of a step that sets no timeout.
const DefaultTimeout = 10 * time.Minute

// Input is all that a decision depends on.
type Input struct {
	// Plan is the plan of the pinned FrameworkVersion.
	Plan *v1alpha1.Plan
	// Status is the record so far; without phases, the run has not begun.
	Status v1alpha1.PlanExecutionStatus
	// Commands are what people asked of this execution.
	Commands Commands
	// Observed holds what is known of the tasks of the running steps. A task that is missing here could not be
	// observed; nothing is decided about it.
	Observed map[Ref]Observation
	// Conditions are those of steps, by phase and step. They are looked at once, when the step is about to begin; a step
	// without one runs.
	Conditions map[Ref]Condition
}

// Condition says whether a step runs.
type Condition struct {
	Holds bool
	// Text is how the framework puts it.
	Text string
	// Error says why it could not be found out; it is empty if it could.
	Error string
}

// Commands are the fields of a PlanExecution, and of its Instance, that people may change during a run.
type Commands struct {
	Cancel  bool
	Suspend bool
	Retry   int32
}

// Ref names a task of a step of a phase.
type Ref struct{ Phase, Step, Task string }

// Progress is how far the objects of a task are.
type Progress int

// How far the objects of a task are.
const (
	// Absent: not everything that this attempt calls for has been applied (or deleted).
	Absent Progress = iota
	// Waiting: applied (or deleted) but not yet healthy, completed or gone.
	Waiting
	// Completed: the objects of a Run task have completed and still exist.
	Completed
	// Done: nothing is left to do or to wait for.
	Done
	// Broken: it failed, and waiting would not help.
	Broken
)

// Observation is how far the objects of a task are, and what it waits for or why it failed.
type Observation struct {
	Progress Progress
	Message  string
}

// ActionKind is what to do with the objects of a task.
type ActionKind string

// The kinds of actions.
const (
	// Start applies (or deletes) the objects of the task for the given attempt.
	Start ActionKind = "Start"
	// Remove deletes the completed objects of a Run task.
	Remove ActionKind = "Remove"
)

// Action is an effect that the record calls for.
type Action struct {
	Kind    ActionKind
	Ref     Ref
	Attempt int32
}

// Event is something that happened, for people who watch.
type Event struct {
	Warning bool
	Reason  string
	Message string
}

// Output is the decision.
type Output struct {
	// Status is the next record.
	Status v1alpha1.PlanExecutionStatus
	// Actions are to be carried out after the record was written.
	Actions []Action
	// Events happened by this decision; they are sent after the record was written.
	Events []Event
	// RequeueAfter is when time alone will change the decision; 0 means never.
	RequeueAfter time.Duration
}
