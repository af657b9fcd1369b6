// Package e2e tests the built sandbox program from outside.
//
// KUDOC_REQUIRE_CLUSTER=1 makes a missing program a failure:
//
//	SANDBOX_BIN=$(sandbox/build) KUDOC_REQUIRE_CLUSTER=1 go test ./e2e
package e2e
