// Package known is what the controller knows without asking: requests are what it costs a cluster.
//
//	writes.go   what this process wrote last, until the cache has it
//	sights.go   what an answer told of an object, until a watch tells of a change
//	refusals.go since when something is refused
//	clocks.go   the time of executions that run
//
// Nothing of it is needed: a controller that has just started knows nothing, and asks.
package known
