package v1alpha1

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// TaskKind is what a task does with its objects.
//
// +kubebuilder:validation:Enum=Apply;Run;Delete;Patch;Wait
type TaskKind string

// The kinds of tasks.
const (
	// TaskApply creates or updates the objects and waits until they are healthy.
	TaskApply TaskKind = "Apply"
	// TaskRun makes a fresh object for each execution and attempt, waits until it has completed and removes it.
	TaskRun TaskKind = "Run"
	// TaskDelete deletes the objects and waits until they are gone.
	TaskDelete TaskKind = "Delete"
	// TaskPatch sets fields of objects that are there, whoever made them, and waits until they are healthy.
	TaskPatch TaskKind = "Patch"
	// TaskWait waits until objects, whoever makes them, are there and healthy.
	TaskWait TaskKind = "Wait"
)

// Keyed says whether the objects of such a task have IDs that the author chose.
func (k TaskKind) Keyed() bool { return k == TaskApply || k == TaskPatch || k == TaskWait }

// Field is the field of a task in a framework that says what such a task does.
func (k TaskKind) Field() string { return strings.ToLower(string(k)) }

// Identifies says whether such a task only says which objects it means.
func (k TaskKind) Identifies() bool { return k == TaskDelete || k == TaskWait }

// Task is what a step does: some objects and what happens to them.
type Task struct {
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Name string   `json:"name"`
	Kind TaskKind `json:"kind"`

	// Objects are the templates, in the author's order.
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=512
	// +listType=atomic
	Objects []ObjectTemplate `json:"objects"`
}

// ObjectTemplate is a template of one Kubernetes object, or of a set of them.
type ObjectTemplate struct {
	// ID is the author's name for the object. It is empty where Template renders a map from IDs to objects, as a
	// `for` over a parameter does.
	// +optional
	ID string `json:"id,omitempty"`

	// Template renders the object (for Delete and Wait tasks: only what identifies it), or nothing.
	// +kubebuilder:pruning:PreserveUnknownFields
	Template runtime.RawExtension `json:"template"`

	// Ready is a CEL expression over the object in the cluster, `object`, that is true when it is healthy, in addition to
	// Kubernetes' conventions. It is for objects with an ID that are applied, patched or waited for.
	// +optional
	Ready string `json:"ready,omitempty"`
}

// Strategy says whether the members of a plan or a phase run one after the other or together.
//
// +kubebuilder:validation:Enum=serial;parallel
type Strategy string

// The strategies.
const (
	Serial   Strategy = "serial"
	Parallel Strategy = "parallel"
)

// Names of plans that kudoc itself chooses.
const (
	PlanDeploy  = "deploy"
	PlanUpdate  = "update"
	PlanUpgrade = "upgrade"
	PlanCleanup = "cleanup"
	PlanRepair  = "repair"
)

// OnChange says what becomes of the run of a plan when the spec changes in a way that calls for that plan again.
//
// +kubebuilder:validation:Enum=Wait;Restart
type OnChange string

// What becomes of a run.
const (
	// OnChangeWait lets the run end first. It is the default.
	OnChangeWait OnChange = "Wait"
	// OnChangeRestart ends the run, as soon as no Run task is under way, and starts over with the new spec.
	OnChangeRestart OnChange = "Restart"
)

// Plan is an operation: phases of steps of tasks.
type Plan struct {
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Name string `json:"name"`

	Strategy Strategy `json:"strategy"`

	// Deadline is how long a run may take, from its start or the last retry; without one, only steps have a limit.
	// +optional
	Deadline *metav1.Duration `json:"deadline,omitempty"`

	// OnChange says what becomes of a run when the spec that it brings about changes.
	// +optional
	OnChange OnChange `json:"onChange,omitempty"`

	// Rotates are the secret parameters for which a run makes new values, of those that are generated.
	// +optional
	// +kubebuilder:validation:MaxItems=64
	// +listType=set
	Rotates []string `json:"rotates,omitempty"`

	// Parameters are what one run of the plan may set.
	// +optional
	// +kubebuilder:validation:MaxItems=256
	// +listType=map
	// +listMapKey=name
	Parameters []Parameter `json:"parameters,omitempty"`

	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=128
	// +listType=map
	// +listMapKey=name
	Phases []Phase `json:"phases"`
}

// Phase is a group of steps.
type Phase struct {
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Name string `json:"name"`

	Strategy Strategy `json:"strategy"`

	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=128
	// +listType=map
	// +listMapKey=name
	Steps []Step `json:"steps"`
}

// Step is some tasks that start together, in the order listed, and must all finish.
type Step struct {
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Name string `json:"name"`

	// Tasks are names of tasks of the framework.
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	// +listType=set
	Tasks []string `json:"tasks"`

	// When is a CEL expression that says whether the step runs; without one, it does.
	// +optional
	When string `json:"when,omitempty"`

	// Timeout is how long one attempt may take; 10m unless it is set.
	// +optional
	Timeout *metav1.Duration `json:"timeout,omitempty"`

	// Retries is how many attempts may follow a failed one.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=100
	Retries int32 `json:"retries,omitempty"`
	// Always runs the step although another one has failed: it cleans up.
	// +optional
	Always bool `json:"always,omitempty"`
}
