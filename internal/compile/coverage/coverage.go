// Package coverage tells which ways the conditions of a framework's templates go for some inputs.
package coverage

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/expr"
	"github.com/kudoc/kudoc/internal/render"
)

// Branch is a condition that decides about a value in the templates.
type Branch struct {
	Condition string // as CEL
	// Then holds if the condition is met and true, Else if it is met and false. Both are CEL.
	Then, Else string
	// Task is the one whose templates have the condition; "" where several share it.
	Task string `json:",omitempty"`
	// File, Line and Column are where the author wrote it, where that is known.
	File         string `json:",omitempty"`
	Line, Column int    `json:",omitempty"`
}

// Branches are conditions for a probe.
func Branches(task string, found []expr.Branch) []Branch {
	out := make([]Branch, len(found))
	for i, b := range found {
		out[i] = Branch{Condition: b.Condition, Then: expr.Printer{}.Print(b.Then), Else: expr.Printer{}.Print(b.Else), Task: task}
		if b.Pos.IsValid() {
			out[i].File, out[i].Line, out[i].Column = b.Pos.Filename(), b.Pos.Line(), b.Pos.Column()
		}
	}
	return out
}

// Coverage says which ways conditions went.
type Coverage struct {
	// Sides counts two for each condition, Taken those that some input took.
	Sides, Taken int
	// Missed are the sides that no input took.
	Missed []Missed
}

// Missed is a side of a condition that no input takes.
type Missed struct {
	Branch
	Value bool // that it never has
}

// String is the side for people.
func (m Missed) String() string { return fmt.Sprintf("%s is never %t", m.Condition, m.Value) }

// Reached says when the side would be reached.
func (m Missed) Reached() string {
	if m.Value {
		return m.Condition + " is true, which it never is"
	}
	return m.Condition + " is false, which it never is"
}

// Probe tells which sides of conditions an input takes: a program with a task for each side, which has an object if the side
// is taken.
type Probe struct {
	branches []Branch
	program  *render.Program
	taken    map[int]bool
}

// New makes a probe for conditions in the templates of a framework.
func New(spec *v1alpha1.FrameworkVersionSpec, branches []Branch) (*Probe, error) {
	own := *spec
	own.Tasks, own.Outputs = nil, nil
	for i, b := range branches {
		for j, side := range []string{b.Then, b.Else} {
			raw, err := json.Marshal(map[string]any{"$if": side, "$then": map[string]any{}})
			if err != nil {
				return nil, err
			}
			t := v1alpha1.Task{Name: strconv.Itoa(2*i + j), Kind: v1alpha1.TaskRun, Objects: []v1alpha1.ObjectTemplate{{ID: "taken"}}}
			t.Objects[0].Template.Raw = raw
			own.Tasks = append(own.Tasks, t)
		}
	}
	program, err := render.Load(&own)
	if err != nil {
		return nil, fmt.Errorf("conditions: %w", err)
	}
	return &Probe{branches: branches, program: program, taken: map[int]bool{}}, nil
}

// Take notes the sides that an input takes in some tasks, or in all if none are named, and reports whether one of them is
// new. What cannot be evaluated is not taken.
func (p *Probe) Take(in render.Inputs, tasks map[string]bool) (fresh bool) {
	r, err := p.program.With(in)
	if err != nil {
		return false
	}
	for i := range 2 * len(p.branches) {
		if task := p.branches[i/2].Task; p.taken[i] || tasks != nil && task != "" && !tasks[task] {
			continue
		}
		if objects, err := r.Objects(strconv.Itoa(i)); err == nil && len(objects) > 0 {
			p.taken[i], fresh = true, true
		}
	}
	return fresh
}

// Coverage is what was taken until now.
func (p *Probe) Coverage() Coverage {
	c := Coverage{Sides: 2 * len(p.branches), Taken: len(p.taken)}
	for i, b := range p.branches {
		for j, value := range []bool{true, false} {
			if !p.taken[2*i+j] {
				c.Missed = append(c.Missed, Missed{b, value})
			}
		}
	}
	return c
}
