package progress

import (
	"fmt"
	"strings"
	"time"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// Style says how a tree is drawn.
type Style struct{ color bool }

var marks = map[v1alpha1.State]struct{ mark, color string }{
	v1alpha1.Pending:   {"○", "90"},
	v1alpha1.Running:   {"●", "36"},
	v1alpha1.Suspended: {"‖", "33"},
	v1alpha1.Succeeded: {"✔", "32"},
	v1alpha1.Skipped:   {"○", "90"},
	v1alpha1.Failed:    {"✖", "31"},
	v1alpha1.Cancelled: {"✖", "33"},
}

// Paint gives text a colour, where there are colours.
func (s Style) Paint(color, text string) string {
	if !s.color || text == "" {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

func (s Style) state(st v1alpha1.State) string {
	if st == "" {
		st = v1alpha1.Pending
	}
	m := marks[st]
	return s.Paint(m.color, m.mark+" "+string(st))
}

// Tree draws an execution: its phases, its steps, how long each took and what it waits for.
func Tree(e *v1alpha1.PlanExecution, s Style, now time.Time) []string {
	st := &e.Status
	head := fmt.Sprintf("%s  plan %s%s  %s", e.Name, e.Spec.Plan, s.parallel(st.Strategy), s.state(st.State))
	var started, finished *time.Time
	if st.StartedAt != nil {
		started = &st.StartedAt.Time
	}
	if st.FinishedAt != nil {
		finished = &st.FinishedAt.Time
	}
	head += s.took(started, finished, now)
	if len(st.Phases) == 0 {
		head += s.note(st.Message)
	}
	lines := []string{head}
	for i, ph := range st.Phases {
		branch, rail := "├── ", "│   "
		if i == len(st.Phases)-1 {
			branch, rail = "└── ", "    "
		}
		lines = append(lines, fmt.Sprintf("%s%s%s  %s", branch, ph.Name, s.parallel(ph.Strategy), s.state(ph.State)))
		for j := range ph.Steps {
			twig := "├── "
			if j == len(ph.Steps)-1 {
				twig = "└── "
			}
			lines = append(lines, rail+twig+s.step(&ph.Steps[j], now))
		}
	}
	return lines
}

func (s Style) step(st *v1alpha1.StepStatus, now time.Time) string {
	var started, finished *time.Time
	if st.StartedAt != nil {
		started = &st.StartedAt.Time
	}
	if st.FinishedAt != nil {
		finished = &st.FinishedAt.Time
	}
	out := st.Name + "  " + s.state(st.State)
	if st.Attempts > 1 {
		out += fmt.Sprintf("  attempt %d", st.Attempts)
	}
	return out + s.took(started, finished, now) + s.note(st.Message)
}

func (s Style) parallel(st v1alpha1.Strategy) string {
	if st == v1alpha1.Parallel {
		return s.Paint("90", " (parallel)")
	}
	return ""
}

func (s Style) took(started, finished *time.Time, now time.Time) string {
	if started == nil {
		return ""
	}
	end := now
	if finished != nil {
		end = *finished
	}
	return s.Paint("90", "  "+max(0, end.Sub(*started)).Truncate(time.Second).String())
}

func (s Style) note(message string) string {
	if message == "" {
		return ""
	}
	return "  " + strings.ReplaceAll(message, "\n", " ")
}

// Executions draws executions on a terminal; elsewhere it prints every change of a step as a line.
func (s *Screen) Executions(executions []*v1alpha1.PlanExecution) {
	var lines []string
	for _, e := range executions {
		lines = append(lines, Tree(e, s.Style, time.Now())...)
		for _, ph := range e.Status.Phases {
			for _, st := range ph.Steps {
				if st.State == v1alpha1.Pending && st.Attempts == 0 {
					continue
				}
				line := fmt.Sprintf("%s: %s/%s: %s", e.Name, ph.Name, st.Name, st.State)
				if st.Message != "" {
					line += ": " + st.Message
				}
				s.Say(line)
			}
		}
		if e.Status.State.Terminal() {
			s.Say(fmt.Sprintf("%s: %s", e.Name, e.Status.State))
		}
	}
	s.Draw(lines)
}
