// Package constant folds constants: it takes closed CUE source, source without references, and gives its value.
//
// CUE itself computes the value, so that a constant in a template is what CUE says it is, and the evaluator never imitates
// what CUE can be asked. Results are remembered: the same source stands in many places of a framework.
package constant
