package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
)

// Instance asks for one running system of a framework.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,categories=kudoc,shortName=kinst
// +kubebuilder:printcolumn:name="Framework",type=string,JSONPath=`.spec.frameworkVersion`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`
// +kubebuilder:printcolumn:name="Running",type=string,JSONPath=`.status.activeExecution`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$') && size(self.metadata.name) <= 40",message="the name must be a DNS label of at most 40 characters that begins with a letter: objects are named after it"
type Instance struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec InstanceSpec `json:"spec"`
	// +optional
	Status InstanceStatus `json:"status,omitempty"`
}

// DeletionPolicy says what becomes of an Instance's objects when the Instance is deleted.
//
// +kubebuilder:validation:Enum=Delete;Orphan;Retain
type DeletionPolicy string

// The deletion policies.
const (
	// DeletionDelete runs the cleanup plan, if there is one, and deletes what the Instance applied.
	DeletionDelete DeletionPolicy = "Delete"
	// DeletionOrphan runs nothing and leaves every object as it is.
	DeletionOrphan DeletionPolicy = "Orphan"
	// DeletionRetain is Delete, but keeps the data: the PersistentVolumeClaims, and the Secret that kudoc generated, without
	// which nobody could read them.
	DeletionRetain DeletionPolicy = "Retain"
)

// InstanceSpec is written by people and GitOps; the controller never writes it.
type InstanceSpec struct {
	// FrameworkVersion is the name of the FrameworkVersion to run.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	FrameworkVersion string `json:"frameworkVersion"`

	// Parameters are the values that differ from the defaults. Unknown names are refused.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	Parameters *runtime.RawExtension `json:"parameters,omitempty"`

	// Requires names the Instance, in the same namespace, that meets each requirement of the framework.
	// +optional
	// +kubebuilder:validation:MaxProperties=64
	Requires map[string]string `json:"requires,omitempty"`

	// ServiceAccountName is the service account, in the same namespace, as which the objects are read and written. Without
	// one, the controller's own permissions count.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$`
	ServiceAccountName string `json:"serviceAccountName,omitempty"`

	// AllowDowngrade lets FrameworkVersion be a lower version than the one in force.
	// +optional
	AllowDowngrade bool `json:"allowDowngrade,omitempty"`

	// DriftPolicy says what happens when others change or delete what was applied; without one, the framework says it.
	// +optional
	DriftPolicy DriftPolicy `json:"driftPolicy,omitempty"`

	// Suspend starts no further execution and no further step.
	// +optional
	Suspend bool `json:"suspend,omitempty"`

	// HistoryLimit is how many finished executions are kept.
	// +optional
	// +kubebuilder:default=10
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=100
	HistoryLimit *int32 `json:"historyLimit,omitempty"`

	// DeletionPolicy says what becomes of the objects when the Instance is deleted. Delete runs plan cleanup, if there is one, and
	// deletes them. Retain does the same, but keeps PersistentVolumeClaims and the Secret that kudoc generated. Orphan runs
	// nothing and keeps everything.
	// +optional
	// +kubebuilder:default=Delete
	DeletionPolicy DeletionPolicy `json:"deletionPolicy,omitempty"`
}

// InstanceStatus is what the controller knows of an Instance.
type InstanceStatus struct {
	// ObservedGeneration is the generation of the spec that the conditions speak of.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// +optional
	// +listType=map
	// +listMapKey=type
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// ActiveExecution is the name of the running PlanExecution.
	// +optional
	ActiveExecution string `json:"activeExecution,omitempty"`

	// Target is the spec that the controller is bringing about, or brought about last.
	// +optional
	Target *Target `json:"target,omitempty"`

	// LastApplied is the spec that was brought about last.
	// +optional
	LastApplied *AppliedSpec `json:"lastApplied,omitempty"`

	// Inventory lists what was applied and is still meant to exist.
	// +optional
	// +listType=atomic
	Inventory []InventoryItem `json:"inventory,omitempty"`

	// Rotated is the last execution that made new values of generated secrets.
	// +optional
	Rotated string `json:"rotated,omitempty"`

	// Outputs are the values that the framework shows to others.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	Outputs *runtime.RawExtension `json:"outputs,omitempty"`
}

// Target is a spec and the plans that bring it about.
type Target struct {
	// Sequence counts the targets of this Instance; it is part of the names of the executions.
	Sequence int64 `json:"sequence"`
	// FrameworkVersion is the name of the version.
	FrameworkVersion string `json:"frameworkVersion"`
	// ParametersDigest is the SHA-256 of the effective parameters, `sha256:<hex>`.
	ParametersDigest string `json:"parametersDigest"`
	// Parameters are the effective values, defaults included.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	Parameters *runtime.RawExtension `json:"parameters,omitempty"`
	// Requires are the outputs of the required Instances, by requirement.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	Requires *runtime.RawExtension `json:"requires,omitempty"`
	// Plans are the plans to run, in order.
	// +optional
	// +listType=set
	Plans []string `json:"plans,omitempty"`
	// Done is how many of them have finished.
	// +optional
	Done int32 `json:"done,omitempty"`
}

// AppliedSpec is a spec that was brought about.
type AppliedSpec struct {
	FrameworkVersion string `json:"frameworkVersion"`
	ParametersDigest string `json:"parametersDigest"`
	// Parameters are the effective values, defaults included.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	Parameters *runtime.RawExtension `json:"parameters,omitempty"`
	// Requires are the outputs of the required Instances, by requirement.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	Requires *runtime.RawExtension `json:"requires,omitempty"`
}

// InventoryItem is an object that an Instance applied.
type InventoryItem struct {
	// +optional
	Group   string `json:"group,omitempty"`
	Version string `json:"version"`
	Kind    string `json:"kind"`
	// +optional
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
	// UID is empty until the object was seen.
	// +optional
	UID types.UID `json:"uid,omitempty"`
	// Fields is a digest of the fields that kudoc owned when the object was healthy: it is another one once somebody else
	// has changed one of them.
	// +optional
	Fields string `json:"fields,omitempty"`
	// Task is the task that applied it.
	Task string `json:"task"`
	// Execution is the UID of the execution that applied it last.
	Execution types.UID `json:"execution"`
}

// InstanceList is a list of Instances.
//
// +kubebuilder:object:root=true
type InstanceList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Instance `json:"items"`
}
