// Package compile compiles frameworks: CUE in, objects or diagnostics out.
//
// Framework shows the passes in order. Each has a file, and adds to what the ones before it know:
//
//	load.go      reads the package (package source); the language and the Kubernetes types come from memory
//	unify.go     lets CUE evaluate it with inputs unknown: conflicts, misspelt fields of Kubernetes objects
//	check*.go    what CUE cannot say, or not well: names that refer to tasks and plans, fields at file level, attributes
//	evaluate.go  runs the symbolic evaluator (package eval) over parameters (package params), plans, tasks and outputs
//	lower.go     prints what the evaluator found as templates (package lower)
//	validate.go  compares the templates with CUE for generated inputs (package validate): translation validation
//	lint.go      looks for objects that make no sense together (package lint)
//	emit.go      writes the objects; role.go the permissions that they need (package permissions), package images what their
//	             pods run, and packages admission and openapi what their parameters are
//	remember.go  recalls the build of sources that have not changed
//
// The evaluator is a second implementation of a part of CUE, so that nothing that it makes is trusted: every build
// renders the templates for boundary values of every parameter and compares accept, reject and result with CUE's own
// evaluation of the sources. What the evaluator does not know is an error with a position, never a guess.
//
// diag.go holds diagnostics, package cueerror makes them of CUE's errors, codes.go is the table of all that can go wrong,
// with the rules of package lint. Package place finds the author's line of a field.
// Positions in diagnostics are always the author's: what happens inside the schema is reported where the author's value
// meets it.
//
// The package reads files in load.go and package source only, and neither the environment nor a clock, so that the same sources compile to
// the same bytes.
package compile
