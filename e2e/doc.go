// Package e2e tests kudoc as its users have it: the programs in bin, the image of the controller, the frameworks, and a
// Kubernetes whose node runs containers. Nothing is faked: there are real ZooKeepers, Kafkas and MariaDBs, and they are asked.
//
// A scene is a file. Scenes that have nothing to do with each other run side by side. `make e2e` runs them; KUDOC_E2E=require
// makes a machine that cannot run a real node a failure, and without KUDOC_E2E they are skipped.
package e2e
