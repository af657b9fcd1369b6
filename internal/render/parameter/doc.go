// Package parameter makes effective parameters of given ones: defaults in the order of their dependencies, types, unknown
// names, checks.
//
//	schema.go     the schema of a parameter, as a FrameworkVersion stores it
//	shape.go      a schema that is ready to be used; load.go makes it
//	resolve.go    given values to effective ones
//	errors.go     what is wrong with parameters
package parameter
