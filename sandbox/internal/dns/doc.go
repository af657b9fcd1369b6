// Package dns is the name server of a sandbox's real node. It knows the names
// of Services and their endpoints as the Kubernetes specification of DNS-based
// service discovery has them; every other name does not exist, because the node
// has no way out.
//
//	Zone     pure: the records of a set of Services and EndpointSlices
//	Answer   pure: the answer to one question
//	Run      watches the API server and serves the zone
package dns
