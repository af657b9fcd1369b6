// Package expr is the small typed language between CUE and CEL: what remains of a CUE expression once everything that
// does not depend on the inputs of an Instance has been computed.
//
// The evaluator builds trees of X. A tree knows its type, as far as the parameter schema tells it, and the range of an
// integer, which discharges most constraints of Kubernetes types at compile time. Constructors simplify as they build: a
// constraint that always holds disappears here.
//
//	type.go     kinds, types, joins
//	tree.go     X, its parts and its walks
//	literal.go  constants and their spelling in CUE
//	build.go    constructors: Not, And, Or, If, Concat, Compare, Arithmetic
//	ranges.go   integer ranges
//	function.go the functions that exist at run time
//	cel.go      printing as CEL
//	plain.go    the same without kudoc's functions, for API servers
//	inline.go   shared expressions
package expr
