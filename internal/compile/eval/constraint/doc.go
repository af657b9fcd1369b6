// Package constraint turns constraints into conditions.
//
// Where a value is known, CUE says whether it satisfies a type, a bound or a validator. This package is for values that
// depend on inputs: it takes a constraint and a symbolic value, and gives the condition under which the value satisfies it,
// and the type that the value has then. Types and ranges decide many constraints at compile time, so that no condition is
// left; what is left is checked when templates are rendered.
//
//	constraint.go  what kind of constraint it is: bounds, validators, references to fields
//	type.go        builtin types and their ranges
//	choice.go      or, and, matchN
package constraint
