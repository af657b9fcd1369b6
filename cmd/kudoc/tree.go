package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// style says how a tree is drawn.
type style struct{ color bool }

var marks = map[v1alpha1.State]struct{ mark, color string }{
	v1alpha1.Pending:   {"○", "90"},
	v1alpha1.Running:   {"●", "36"},
	v1alpha1.Suspended: {"‖", "33"},
	v1alpha1.Succeeded: {"✔", "32"},
	v1alpha1.Skipped:   {"○", "90"},
	v1alpha1.Failed:    {"✖", "31"},
	v1alpha1.Cancelled: {"✖", "33"},
}

func (s style) paint(color, text string) string {
	if !s.color || text == "" {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

func (s style) state(st v1alpha1.State) string {
	if st == "" {
		st = v1alpha1.Pending
	}
	m := marks[st]
	return s.paint(m.color, m.mark+" "+string(st))
}

// tree draws an execution: its phases, its steps, how long each took and what it waits for.
func tree(e *v1alpha1.PlanExecution, s style, now time.Time) []string {
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

func (s style) step(st *v1alpha1.StepStatus, now time.Time) string {
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

func (s style) parallel(st v1alpha1.Strategy) string {
	if st == v1alpha1.Parallel {
		return s.paint("90", " (parallel)")
	}
	return ""
}

func (s style) took(started, finished *time.Time, now time.Time) string {
	if started == nil {
		return ""
	}
	end := now
	if finished != nil {
		end = *finished
	}
	return s.paint("90", "  "+max(0, end.Sub(*started)).Truncate(time.Second).String())
}

func (s style) note(message string) string {
	if message == "" {
		return ""
	}
	return "  " + strings.ReplaceAll(message, "\n", " ")
}
