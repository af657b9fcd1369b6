// Package render turns a FrameworkVersion and the inputs of one execution into Kubernetes objects.
//
// A FrameworkVersion holds the schema of its parameters and a template for each object of each task. docs/template-format.md
// specifies both. Templates are plain manifests in which tagged nodes ($cel, $text, $if, $for, $merge) hold expressions of
// CEL, the language that Kubernetes itself uses in policies. This package is the only reader of that format: the
// controller renders with it, and the compiler checks with it that what it emits equals what CUE says.
//
// The way of the data:
//
//	Load          template.go, text.go, room parameter: parse and type-check everything once; nothing unknown is accepted
//	Params        room parameter: defaults in the order of their dependencies, types, unknown names, checks
//	Objects       instantiate.go: walk the templates, evaluate the holes, merge, drop what a condition excludes
//	Outputs       the same for the outputs template
//
// Expressions are evaluated in room expression; library holds the functions that they may call beside CEL's own, and value
// what they work on.
//
// A Program is immutable after Load and safe for concurrent use. Every evaluation has a budget of cost and of output
// size, so that a template cannot occupy a controller: see expression/budget.go and limits.go.
package render
