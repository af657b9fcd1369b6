// Package validate is translation validation: it compares what the compiler made of a framework with what CUE says about
// the same sources, for many inputs.
//
//	inputs.go   generates parameters from their schemas: boundaries, alternatives, what is absent, what is wrong
//	regex.go    makes strings that match the pattern of a parameter
//	oracle.go   evaluates the sources with CUE
//	compare.go  compares two JSON values
//	shrink.go   finds the smallest input that shows a mismatch
//	run.go      does all of it, on all cores
//
// CUE evaluates in two stages, as the controller does: first the effective parameters, then everything else with the
// parameters concrete. Otherwise the default of a field that refers to a parameter would meet the default of the
// parameter, which CUE calls ambiguous.
package validate
