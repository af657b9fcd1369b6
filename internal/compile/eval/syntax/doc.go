// Package syntax is what can be said about an expression of CUE without evaluating it.
//
// It takes syntax trees as CUE's parser leaves them and gives what the other rooms of the evaluator ask of them again and
// again: how the author would write an expression, what to call it in a message, which disjuncts it has, and whether it is
// the author's at all. It knows neither scopes nor values, so that an answer is the same wherever the expression stands.
package syntax
