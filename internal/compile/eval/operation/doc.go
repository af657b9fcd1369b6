// Package operation compiles expressions: operators, interpolations and calls of CUE's builtin functions.
//
// It takes an expression of CUE in its scope and gives a typed expression over the inputs (package expr). Operands that are
// constants are folded by CUE itself; what remains becomes an operation or a function that exists when templates are
// rendered. Where CUE and the run time would compute different results, such as arithmetic on decimals, and for functions
// that the run time does not have, the expression is refused with a hint what to write instead.
//
// It knows how to compute with values, but not which value a name has: that it asks through the interface Vertices.
//
//	compile.go   what kind of expression it is; references
//	literal.go   literals and interpolations
//	operator.go  unary and binary operators
//	select.go    fields and elements of symbolic values
//	call.go      builtin functions, slices
//	refused.go   what to write instead of functions that do not exist at run time
//	sort.go      list.Sort
package operation
