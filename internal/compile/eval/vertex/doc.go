// Package vertex is the structure of a framework: which fields there are, and what contributes to each.
//
// It takes syntax trees and makes a Graph of vertices, as CUE's own evaluator does. A Vertex is the place of a value; it
// collects conjuncts, the expressions that all contribute to the value, and sorts them by what they are: fields, list
// literals, scalars, symbolic values. What differs from CUE is that a conjunct has a guard, the conditions on inputs under
// which it counts. `if params.tls {a: 1}` adds the conjunct 1 to the vertex a with the guard params.tls. Loops over what is
// known are unrolled; loops over inputs stay as clauses around computed fields and elements.
//
// The package never computes a value. Where structure depends on one, in conditions, the sources of loops, computed labels
// and patterns, it asks through the interface Expressions.
//
// The content of a vertex is shared by all who read it. So it is made under no path condition, and a vertex that has been
// read is frozen: a conjunct that comes later is an error, not a change that the reader misses.
//
//	graph.go          what the package asks others; new vertices
//	vertex.go         vertices and their content
//	arc.go            fields: labels, presence
//	conjunct.go       conjuncts, and what else contributes: patterns, computed fields, elements
//	package.go        packages and their files
//	scope.go          where names are looked up; lookup.go: what they mean
//	expand.go         conjuncts -> fields, lists, scalars
//	struct.go         declarations of a struct literal
//	closed.go         which computed fields a definition allows
//	comprehension.go  if, for, let
//	list.go           elements of list literals
//	declaration.go    a vertex as the declaration of a type
//	undefined.go      fields that do not exist
package vertex
