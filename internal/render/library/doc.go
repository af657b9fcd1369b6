// Package library is what the expressions of templates have beside CEL itself.
//
// Its functions behave as the CUE functions of the same name do, because a template that means something else than its
// CUE source is the one bug that kudoc cannot have. Package value holds the values that they work on. The functions bound
// what they make, so that an expression cannot occupy a controller. docs/template-format.md lists them.
//
//	functions.go  Functions, the list of all; how one is declared, and how it reads its arguments
//	builtin.go    what belongs to no package of CUE: len, div, unify and what the compiler makes of comprehensions
//	strings.go, list.go, list_order.go, math.go, strconv.go, net.go, time.go, crypto.go
//	              the packages of CUE of these names
//	encoding.go   encoding/json, base64 and hex; yaml.go encoding/yaml
//	bounds.go     what calls cost, and when one is refused; matches.go the same for regular expressions
package library

const (
	// maxListLen bounds list.Range.
	maxListLen = 100_000
	// maxStringLen bounds strings.Repeat and strings.Replace.
	maxStringLen = 1 << 20
	// maxCompared bounds the values that list.UniqueItems compares.
	maxCompared = 10_000_000
)
