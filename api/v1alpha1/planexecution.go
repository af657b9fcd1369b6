package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// PlanExecution is one run of one plan of an Instance. The controller makes one when an Instance is created or
// changed; a person or GitOps makes one to run a plan, for example a backup.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,categories=kudoc,shortName=pe
// +kubebuilder:printcolumn:name="Instance",type=string,JSONPath=`.spec.instance`
// +kubebuilder:printcolumn:name="Plan",type=string,JSONPath=`.spec.plan`
// +kubebuilder:printcolumn:name="State",type=string,JSONPath=`.status.state`
// +kubebuilder:printcolumn:name="Started",type=date,JSONPath=`.status.startedAt`
// +kubebuilder:printcolumn:name="Finished",type=date,JSONPath=`.status.finishedAt`
// +kubebuilder:printcolumn:name="Message",type=string,JSONPath=`.status.message`
type PlanExecution struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// +kubebuilder:validation:XValidation:rule="self.instance == oldSelf.instance && self.plan == oldSelf.plan && has(self.parameters) == has(oldSelf.parameters) && (!has(self.parameters) || self.parameters == oldSelf.parameters)",message="instance, plan and parameters of an execution never change: create another execution"
	// +kubebuilder:validation:XValidation:rule="!has(oldSelf.cancel) || !oldSelf.cancel || (has(self.cancel) && self.cancel) || (has(self.retry) ? self.retry : 0) > (has(oldSelf.retry) ? oldSelf.retry : 0)",message="a cancelled execution stays cancelled, unless retry is raised with the same change"
	// +kubebuilder:validation:XValidation:rule="(has(self.retry) ? self.retry : 0) >= (has(oldSelf.retry) ? oldSelf.retry : 0)",message="retry can only be raised"
	Spec PlanExecutionSpec `json:"spec"`
	// +optional
	Status PlanExecutionStatus `json:"status,omitempty"`
}

// PlanExecutionSpec says what to run, and takes three commands: suspend, cancel and retry.
type PlanExecutionSpec struct {
	// Instance is the name of the Instance, in the same namespace.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Instance string `json:"instance"`

	// Plan is the name of a plan of the Instance's framework.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Plan string `json:"plan"`

	// Parameters are the plan's own parameters for this run.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	Parameters *runtime.RawExtension `json:"parameters,omitempty"`

	// Suspend starts no further step while it is true.
	// +optional
	Suspend bool `json:"suspend,omitempty"`

	// Cancel stops the execution and leaves every object as it is. It is taken back only together with a raised Retry.
	// +optional
	Cancel bool `json:"cancel,omitempty"`

	// Retry goes on from the steps that failed or were cancelled, each time that it is raised.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Retry int32 `json:"retry,omitempty"`
}

// State is how far an execution, a phase, a step or a task is. Succeeded, Skipped, Failed and Cancelled are final.
//
// +kubebuilder:validation:Enum=Pending;Running;Suspended;Succeeded;Skipped;Failed;Cancelled
type State string

// The states. Only executions are ever Suspended.
const (
	Pending   State = "Pending"
	Running   State = "Running"
	Suspended State = "Suspended"
	Succeeded State = "Succeeded"
	Skipped   State = "Skipped"
	Failed    State = "Failed"
	Cancelled State = "Cancelled"
)

// Terminal says whether the state is final.
func (s State) Terminal() bool {
	switch s {
	case Succeeded, Skipped, Failed, Cancelled:
		return true
	case Pending, Running, Suspended, "":
		return false
	}
	return false
}

// PlanExecutionStatus is the record of a run. The controller resumes from it after a restart.
type PlanExecutionStatus struct {
	// +optional
	State State `json:"state,omitempty"`
	// Reason is one word for why the execution is in its state.
	// +optional
	Reason string `json:"reason,omitempty"`
	// Message says what the execution waits for, or why it failed.
	// +optional
	// +kubebuilder:validation:MaxLength=4096
	Message string `json:"message,omitempty"`

	// FrameworkVersion is the version that the run is pinned to.
	// +optional
	FrameworkVersion string `json:"frameworkVersion,omitempty"`
	// ParametersDigest is the SHA-256 of Parameters, `sha256:<hex>`.
	// +optional
	ParametersDigest string `json:"parametersDigest,omitempty"`
	// Parameters are the effective parameters of the Instance that the run is pinned to.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	Parameters *runtime.RawExtension `json:"parameters,omitempty"`
	// PlanParameters are the effective parameters of the plan.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	PlanParameters *runtime.RawExtension `json:"planParameters,omitempty"`

	// PreviousParameters are the effective parameters that were in force when the run began, if there were any.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	PreviousParameters *runtime.RawExtension `json:"previousParameters,omitempty"`

	// Requires are the outputs of the required Instances, by requirement, that the run is pinned to.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	Requires *runtime.RawExtension `json:"requires,omitempty"`

	// TargetSequence is the sequence of the Instance's target that the run brings about; 0 if it brings none about.
	// +optional
	TargetSequence int64 `json:"targetSequence,omitempty"`

	// +optional
	Strategy Strategy `json:"strategy,omitempty"`
	// +optional
	StartedAt *metav1.Time `json:"startedAt,omitempty"`
	// ResumedAt is when the last retry began.
	// +optional
	ResumedAt *metav1.Time `json:"resumedAt,omitempty"`
	// +optional
	FinishedAt *metav1.Time `json:"finishedAt,omitempty"`
	// RetriesSeen is the value of spec.retry that has been acted on.
	// +optional
	RetriesSeen int32 `json:"retriesSeen,omitempty"`

	// Phases are in the order of the plan.
	// +optional
	// +listType=map
	// +listMapKey=name
	Phases []PhaseStatus `json:"phases,omitempty"`
}

// PhaseStatus is the record of a phase.
type PhaseStatus struct {
	Name  string `json:"name"`
	State State  `json:"state"`
	// +optional
	Strategy Strategy `json:"strategy,omitempty"`
	// Steps are in the order of the plan.
	// +listType=map
	// +listMapKey=name
	Steps []StepStatus `json:"steps"`
}

// StepStatus is the record of a step.
type StepStatus struct {
	Name  string `json:"name"`
	State State  `json:"state"`
	// Attempts counts the attempts that were started, from 1.
	// +optional
	Attempts int32 `json:"attempts,omitempty"`
	// Message says which object the step waits for and why, or why it failed.
	// +optional
	// +kubebuilder:validation:MaxLength=2048
	Message string `json:"message,omitempty"`
	// +optional
	StartedAt *metav1.Time `json:"startedAt,omitempty"`
	// +optional
	FinishedAt *metav1.Time `json:"finishedAt,omitempty"`
	// NotBefore is when the next attempt may start.
	// +optional
	NotBefore *metav1.Time `json:"notBefore,omitempty"`
	// Tasks are in the order of the step.
	// +listType=map
	// +listMapKey=name
	Tasks []TaskStatus `json:"tasks"`
}

// TaskStatus is the record of a task within the current attempt of its step.
type TaskStatus struct {
	Name  string `json:"name"`
	State State  `json:"state"`
	// Completed is set once the objects of a Run task have completed; what is left is their removal.
	// +optional
	Completed bool `json:"completed,omitempty"`
	// +optional
	// +kubebuilder:validation:MaxLength=2048
	Message string `json:"message,omitempty"`
}

// PlanExecutionList is a list of PlanExecutions.
//
// +kubebuilder:object:root=true
type PlanExecutionList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []PlanExecution `json:"items"`
}
