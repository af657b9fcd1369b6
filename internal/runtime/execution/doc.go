// Package execution renders the objects of a plan that runs: named, labelled and placed as the cluster gets them.
//
// It is pure, so that the command line can show without a cluster what the controller would apply.
package execution
