// Package value holds what CEL's values lack to be those of CUE: structs that keep the author's order, equality and
// unification, the spelling of numbers, and a measure of how big a value is.
//
//	object.go     structs in the author's order; the elements of lists
//	unify.go      equality and unification
//	text.go       values in strings and as JSON
//	number.go     the numbers of an API server, and how CUE spells them
//	native.go     results of expressions as JSON types of Go
//	weight.go     how big a value is, for those who must not walk through what has no end
package value

// MaxDepth bounds the nesting of values.
const MaxDepth = 200
