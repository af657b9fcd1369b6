// Package admission makes the ValidatingAdmissionPolicy of a framework version, by which an API server refuses an
// Instance with wrong parameters when it is applied, and not only the controller afterwards.
//
//	policy.go the objects: when the policy applies, its validations and their messages
//	wrong.go  the schema as an expression: the list of what is wrong with a value
//	values.go what checks read: the value under test, and the effective values of parameters
//	text.go   places and messages
//
// The policy never refuses what the controller accepts. The controller decides everything again, so whatever has no exact
// form in Kubernetes' CEL is left to it: a check that uses kudoc's functions, a default that does, or the effective value
// of a list whose elements have defaults. For the same reason an expression that fails refuses nothing.
package admission
