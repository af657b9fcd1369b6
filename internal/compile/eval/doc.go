// Package eval evaluates CUE with unknown inputs.
//
// It takes the syntax trees of a framework and of the packages that it imports, and computes the value of a field as an
// expression (package expr) over the inputs: parameters, the instance, the plan that runs. Whatever does not depend on
// inputs becomes a constant, and CUE itself computes that constant; the evaluator never imitates what CUE can be asked.
//
// It works as CUE's own evaluator does: a Vertex is the place of a value, and collects conjuncts, the expressions that all
// contribute to the value. The conjuncts have guards, conditions on inputs. Only when a value is read, under a path
// condition that says which guards are known to hold there, are the open guards turned into conditional expressions.
// Reading a value is what this package does. What it reads with are rooms of their own, each of which knows only those
// above it:
//
//	syntax      what can be said about an expression without evaluating it
//	guard       conditions and what they imply
//	descent     where the evaluation is: position, path condition, depth; errors and who catches them
//	constant    closed CUE source -> constant
//	vertex      vertices, conjuncts, arcs, scopes: the structure of a framework
//	operation   operators, interpolations and functions
//	constraint  what a type, bound or validator demands of a symbolic value
//
// Structure, expressions and constraints depend on each other, as fields refer to fields. Each of the rooms says in an
// interface what it asks of others, and an Evaluator, which is all of them together, answers.
//
//	evaluator.go      the rooms together; begin and finish
//	reference.go      names, selectors, indexes
//	presence.go       whether a field is there
//	value.go          a vertex as an expression; structure.go: if it is a struct
//	cases.go          open guards -> conditional expressions
//	scalar.go         unification of scalars, defaults
//	discriminator.go  disjunctions of structs
//	local.go          expressions that several places share
//	source.go         a vertex as closed CUE source
//
// Three rules keep it sound. A vertex that has been read is frozen: a conjunct that comes later is an error, not a change
// that the reader misses. Nothing that was computed under a path condition is cached. Whatever it does not understand is
// an error with a position.
package eval
