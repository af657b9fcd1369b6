// Package descent is the way down that an evaluation takes, and how an error ends it.
//
// An evaluator descends from the value that it is asked for to what that depends on. On the way down it learns which field
// of the author it is in, which conditions on inputs are known to hold, and how deep it is; on the way up it forgets that
// again. All rooms of the evaluator share one Descent, so that whoever finds an error can say where the author should look,
// and whoever reads a value knows what holds there.
//
// An error unwinds the evaluation as a panic: passing it up through every function would hide what they do. Only the
// functions of this package that take a function catch it. Each puts the Descent back to where it was, and each catches
// what it is for and nothing else; the outermost is Try, so that no panic leaves the evaluator.
//
//	descent.go  where the evaluation is
//	error.go    what ends it, and who catches that
package descent
