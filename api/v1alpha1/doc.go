// Package v1alpha1 holds the four kinds of the group kudoc.dev: Framework and FrameworkVersion (what an author
// publishes), Instance (what a person asks for) and PlanExecution (one run of one plan).
//
// The types know no CUE and no client. The CustomResourceDefinitions in crd/ are generated from them.
//
// +kubebuilder:object:generate=true
// +groupName=kudoc.dev
package v1alpha1
