// Package params turns the declarations of parameters, which are CUE, into the schema that a FrameworkVersion stores.
//
// It works in three steps, because the schema of one parameter may refer to the value of another:
//
//	Declare  declare.go: types, fields, elements and defaults, without compiling any expression
//	Bind     bind.go: every declared parameter becomes an input of the evaluator, with its type and its range
//	Finish   finish.go: computed defaults and constraints become expressions
//
// CUE's `T | *D` accepts the default D even where D violates T, and so do checks: T(self) || self == D.
package params
