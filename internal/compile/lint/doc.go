// Package lint finds what is wrong with the objects that a framework makes, although CUE, Kubernetes' types and the structure
// of the objects allow it: two objects with one name, a selector that selects nothing, a field that cannot be changed.
//
//	lint.go       runs the rules over the samples of validation, and reports each finding once, for the simplest input
//	rules.go      the table of rules
//	world.go      all that a framework makes of one input
//	reads.go      what is the same as in the first world, because nothing that it reads differs
//	pods.go       the pods in the objects of a world
//	choices.go    values that are not the framework's but those of who sets a parameter
//
// The rules are pure functions of a world:
//
//	identity.go   names and namespaces
//	selectors.go  selectors of workloads, services and policies; the ports of services
//	volumes.go    volumes and their mounts, and the objects that pods name
//	immutable.go  fields that an API server does not let change
//	workloads.go  images, restarts, readiness
//	quantities.go amounts of memory and CPU, and the values that package format judges
//	hosts.go      addresses of pods
//	plans.go      plans, and the parameters that nothing reads
//
// What they know of Kubernetes without a framework is in rooms below: the pods in objects (pods), selectors of pods (selectors),
// fields that cannot change (immutable), the form of values (format) and addresses (hosts).
//
// A rule that is wrong about a good framework is worse than no rule: what only a person can decide is no finding.
package lint
