// Package eval evaluates CUE with unknown inputs.
//
// It takes the syntax trees of a framework and of the packages that it imports, and computes the value of a field as an
// expression (package expr) over the inputs: parameters, the instance, the plan that runs. Whatever does not depend on
// inputs becomes a constant, and CUE itself computes that constant; this package never imitates what CUE can be asked.
//
// It works as CUE's own evaluator does. A Vertex is the place of a value; it collects conjuncts, the expressions that all
// contribute to the value, and sorts them by what they are: fields, list literals, scalars, symbolic values. What differs
// is that a conjunct has a guard, the conditions on inputs under which it counts. `if params.tls {a: 1}` adds the conjunct
// 1 to the vertex a with the guard params.tls. Only when a value is read, under a path condition that says which guards
// are known to hold there, are the open guards turned into conditional expressions.
//
//	package.go        packages, roots, the boundary of errors
//	vertex.go         vertices, conjuncts, arcs
//	guard.go          conditions and what they imply
//	scope.go          where names are looked up
//	expand.go         conjuncts -> fields, lists, scalars
//	struct.go         declarations of a struct literal
//	closed.go         which computed fields a definition allows
//	comprehension.go  if, for, let
//	list.go           elements of list literals
//	reference.go      names, selectors, indexes
//	presence.go       whether a field is there
//	value.go          a vertex as an expression
//	scalar.go         unification of scalars, defaults
//	constraint.go     what a type, bound or validator demands of a symbolic value
//	expression.go     operators, interpolation
//	call.go           builtin functions; sort.go: list.Sort
//	choice.go         or, and, matchN as constraints; discriminator.go: disjunctions of structs
//	static.go         constants: closed CUE source that CUE evaluates
//
// Three rules keep it sound. A vertex that has been read is frozen: a conjunct that comes later is an error, not a change
// that the reader misses. Nothing that was computed under a path condition is cached. Whatever it does not understand is
// an error with a position.
package eval
