// Package library is what the expressions of templates have beside CEL itself.
//
// Its functions behave as the CUE functions of the same name do, because a template that means something else than its
// CUE source is the one bug that kudoc cannot have. values.go holds what CEL lacks for that: maps that keep the author's
// order, equality and unification; numbers.go holds CUE's spelling of numbers. The functions bound what they make, so
// that an expression cannot occupy a controller. docs/template-format.md lists them.
package library

// MaxDepth bounds the nesting of values.
const MaxDepth = 200

const (
	// maxListLen bounds list.Range.
	maxListLen = 100_000
	// maxStringLen bounds strings.Repeat and strings.Replace.
	maxStringLen = 1 << 20
	// maxUnify bounds the fields that are compared in a unification.
	maxUnify = 10_000_000
)
