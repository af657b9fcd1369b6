// Package expression evaluates the expressions of templates and of the schemas of parameters, within a budget.
//
//	expression.go  what expressions may name; compiling and evaluating them
//	budget.go      what the expressions of one rendering may cost, and how big what they make may be
//	references.go  the paths that an expression reads
//	selected.go    a short way for expressions that do no more than select a field
package expression
