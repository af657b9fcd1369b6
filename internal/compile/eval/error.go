package eval

import (
	"fmt"
	"path/filepath"
	"strings"

	"cuelang.org/go/cue/token"
)

// Error says what cannot be compiled, and where in the author's files.
type Error struct {
	Pos      token.Pos
	Msg      string
	Hint     string
	Conflict bool // values conflict, as CUE itself would say
	Missing  bool // a required field is missing
}

func (e *Error) Error() string { return e.Msg }

// raise unwinds the evaluation up to Try, or to who can do something about it. Passing errors up through every function of
// the evaluator would hide what they do.
func raise(v any) {
	panic(v) //nolint:forbidigo // only Try and its like catch it, so that no panic leaves the package
}

// symbolic interrupts the rendering of an expression as a constant when it turns out to depend on inputs.
type symbolic struct{}

func dependsOnInputs() { raise(symbolic{}) }

// positioned is what an error can point at.
type positioned interface{ Pos() token.Pos }

// at is a position as something to point at.
type at token.Pos

func (p at) Pos() token.Pos { return token.Pos(p) }

// fail ends the evaluation with an error at a node, or at the field that is being evaluated if the node is not the
// author's.
func (ev *Evaluator) fail(node positioned, format string, args ...any) {
	raise(&Error{Pos: ev.position(node), Msg: fmt.Sprintf(format, args...)})
}

// refuse is fail for what CUE allows and kudoc does not; hint says what to write instead.
func (ev *Evaluator) refuse(node positioned, hint, format string, args ...any) {
	raise(&Error{Pos: ev.position(node), Msg: fmt.Sprintf(format, args...), Hint: hint})
}

func (ev *Evaluator) position(node positioned) token.Pos {
	if node != nil {
		if p := node.Pos(); IsAuthors(p) {
			return p
		}
	}
	return ev.where
}

// IsAuthors says whether a position is in a file of the author, and not in a package that a module provides or in what
// kudoc itself gives to CUE.
func IsAuthors(p token.Pos) bool {
	name := p.Filename()
	return p.IsValid() && filepath.IsAbs(name) && !strings.Contains(filepath.ToSlash(name), "/cue.mod/")
}

// Try runs f and returns the error that ended it, if one did.
func (ev *Evaluator) Try(f func()) (err *Error) {
	state := ev.state
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *Error:
			ev.state = state
			err = r
		case symbolic:
			ev.state = state
			err = &Error{Pos: ev.where, Msg: "a value that depends on inputs is used where a constant is needed"}
		default:
			raise(r)
		}
	}()
	f()
	return nil
}
