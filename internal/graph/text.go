package graph

import (
	"fmt"
	"strings"
)

// What the tools that lay a graph out themselves get as text is the same for all of them, but for the syntax.

// outline is text that is indented.
type outline struct{ strings.Builder }

func (o *outline) line(depth int, format string, args ...any) {
	fmt.Fprintf(&o.Builder, strings.Repeat("  ", depth)+format+"\n", args...)
}

func each(lines []string, f func(string) string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = f(l)
	}
	return out
}

// title is the name of a phase, and how its steps are done.
func (ph *Phase) title() string {
	if ph.Parallel {
		return "phase " + ph.Name + ", steps in parallel"
	}
	return "phase " + ph.Name
}

// lines are a step.
func (s *Step) lines() []string {
	out := []string{"step " + s.Name}
	if s.When != "" {
		out = append(out, "if "+s.When)
	}
	if len(s.Notes) > 0 {
		out = append(out, strings.Join(s.Notes, ", "))
	}
	for _, t := range s.Tasks {
		out = append(out, t.Verb+" "+t.Name)
		if len(t.Objects) == 0 {
			out = append(out, "· "+nothing)
		}
		for _, o := range t.Objects {
			out = append(out, "· "+o.String())
		}
	}
	return out
}

func (o Object) String() string {
	text := strings.TrimSpace(o.Kind + " " + o.Name)
	if o.Sometimes {
		text += ", if wanted"
	}
	return text
}
