package descent

import (
	"fmt"

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

// symbolic interrupts the rendering of an expression as a constant when it turns out to depend on inputs.
type symbolic struct{}

func raise(v any) {
	panic(v) //nolint:forbidigo // unwinds to one of the functions below that catch, so that no panic leaves the evaluator
}

// Fail ends the evaluation with an error at a node, or at the field that is being evaluated if the node is not the
// author's.
func (d *Descent) Fail(node Positioned, format string, args ...any) {
	raise(&Error{Pos: d.position(node), Msg: fmt.Sprintf(format, args...)})
}

// Refuse is Fail for what CUE allows and kudoc does not; hint says what to write instead.
func (d *Descent) Refuse(node Positioned, hint, format string, args ...any) {
	raise(&Error{Pos: d.position(node), Msg: fmt.Sprintf(format, args...), Hint: hint})
}

// Conflict is Fail for values that conflict, as CUE itself would say.
func (d *Descent) Conflict(node Positioned, format string, args ...any) {
	raise(&Error{Pos: d.position(node), Msg: fmt.Sprintf(format, args...), Conflict: true})
}

// Missing is Fail for a required field that is missing.
func (d *Descent) Missing(format string, args ...any) {
	raise(&Error{Pos: d.Where, Msg: fmt.Sprintf(format, args...), Missing: true})
}

// DependsOnInputs ends the innermost TryStatic: there is no constant.
func (d *Descent) DependsOnInputs() { raise(symbolic{}) }

// Try runs f and returns the error that ended it, if one did.
func (d *Descent) Try(f func()) (err *Error) {
	caught := d.catch(f, func(r any) bool {
		switch r.(type) {
		case *Error, symbolic:
			return true
		}
		return false
	})
	switch r := caught.(type) {
	case *Error:
		return r
	case symbolic:
		return &Error{Pos: d.Where, Msg: "a value that depends on inputs is used where a constant is needed"}
	}
	return nil
}

// TryConflict runs f and returns the conflict that ended it, if one did. Other errors go on.
func (d *Descent) TryConflict(f func()) *Error {
	caught := d.catch(f, func(r any) bool {
		e, ok := r.(*Error)
		return ok && e.Conflict
	})
	err, _ := caught.(*Error)
	return err
}

// TryStatic runs f and says whether it came to its end without DependsOnInputs. Errors go on.
func (d *Descent) TryStatic(f func()) bool {
	return d.catch(f, func(r any) bool { return r == symbolic{} }) == nil
}

// catch runs f and returns what ended it, if that is something that the caller can do something about.
func (d *Descent) catch(f func(), wanted func(any) bool) (caught any) {
	state := d.state
	defer func() {
		r := recover()
		switch {
		case r == nil:
		case wanted(r):
			d.state, caught = state, r
		default:
			raise(r)
		}
	}()
	f()
	return nil
}
