package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// FrameworkVersion is a compiled framework: its parameters, its tasks as templates and its plans. It never changes
// once it is stored; a change is another version.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Cluster,categories=kudoc,shortName=fwv
// +kubebuilder:printcolumn:name="Framework",type=string,JSONPath=`.spec.framework`
// +kubebuilder:printcolumn:name="Version",type=string,JSONPath=`.spec.version`
// +kubebuilder:printcolumn:name="App",type=string,JSONPath=`.spec.appVersion`
// +kubebuilder:printcolumn:name="Accepted",type=string,JSONPath=`.status.conditions[?(@.type=="Accepted")].status`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="self.metadata.name == self.spec.framework + '-' + self.spec.version",message="the name must be the framework and the version, joined by a hyphen"
type FrameworkVersion struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="a FrameworkVersion never changes: publish another version"
	Spec FrameworkVersionSpec `json:"spec"`
	// +optional
	Status FrameworkVersionStatus `json:"status,omitempty"`
}

// FrameworkVersionSpec is what the compiler emits.
type FrameworkVersionSpec struct {
	// Framework is the name of the Framework that this is a version of.
	// +kubebuilder:validation:Pattern=`^[a-z]([-a-z0-9]*[a-z0-9])?$`
	// +kubebuilder:validation:MaxLength=63
	Framework string `json:"framework"`

	// Version is the semantic version of the framework.
	// +kubebuilder:validation:Pattern=`^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$`
	// +kubebuilder:validation:MaxLength=63
	Version string `json:"version"`

	// AppVersion is the version of the software that the framework runs.
	// +optional
	// +kubebuilder:validation:MaxLength=128
	AppVersion string `json:"appVersion,omitempty"`

	// TemplateFormat is the version, major.minor, of the format of every template below.
	// +kubebuilder:validation:Pattern=`^[0-9]+\.[0-9]+$`
	// +kubebuilder:validation:MaxLength=16
	TemplateFormat string `json:"templateFormat"`

	// Parameters are what an Instance may set.
	// +optional
	// +kubebuilder:validation:MaxItems=1024
	// +listType=map
	// +listMapKey=name
	Parameters []Parameter `json:"parameters,omitempty"`

	// Requires are the frameworks whose outputs the templates read.
	// +optional
	// +kubebuilder:validation:MaxItems=64
	// +listType=map
	// +listMapKey=name
	Requires []Requirement `json:"requires,omitempty"`

	// UpgradableFrom is a range of versions of the framework: from others, an Instance has to be upgraded by way of one of
	// them. Without it, every lower version can be upgraded.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	UpgradableFrom string `json:"upgradableFrom,omitempty"`

	// DriftPolicy says what happens when others change or delete what an Instance applied, unless the Instance says so.
	// +optional
	DriftPolicy DriftPolicy `json:"driftPolicy,omitempty"`

	// Locals are CEL expressions, by name, that several templates share as `local.<name>`.
	// +optional
	Locals map[string]string `json:"locals,omitempty"`

	// Tasks are what steps do.
	// +optional
	// +kubebuilder:validation:MaxItems=256
	// +listType=map
	// +listMapKey=name
	Tasks []Task `json:"tasks,omitempty"`

	// Plans are the operations of the framework; one of them is named deploy.
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	// +listType=map
	// +listMapKey=name
	Plans []Plan `json:"plans"`

	// Outputs is a template of the values that an Instance shows to others.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	Outputs *runtime.RawExtension `json:"outputs,omitempty"`

	// Build says what made this version.
	Build BuildInfo `json:"build"`
}

// DriftPolicy says what happens when others change or delete what an Instance applied.
//
// +kubebuilder:validation:Enum=Report;Repair
type DriftPolicy string

// The drift policies.
const (
	// DriftReport says so in the conditions of the Instance. It is the default.
	DriftReport DriftPolicy = "Report"
	// DriftRepair runs plan repair, or else deploy, which then takes back the fields that others have changed.
	DriftRepair DriftPolicy = "Repair"
)

// BuildInfo is the provenance of a FrameworkVersion.
type BuildInfo struct {
	// Digest is the SHA-256 of the sources, `sha256:<hex>`.
	// +kubebuilder:validation:Pattern=`^sha256:[0-9a-f]{64}$`
	Digest string `json:"digest"`
	// Kudoc is the version of the compiler.
	Kudoc string `json:"kudoc"`
	// CUE is the version of the CUE language implementation that the compilation was checked against.
	CUE string `json:"cue"`
	// Kubernetes is the minor version whose types the manifests were checked against.
	Kubernetes string `json:"kubernetes"`
	// Images are the container images that the version may use, for clusters that have to mirror them first.
	// +optional
	// +listType=atomic
	Images []ContainerImage `json:"images,omitempty"`
}

// ContainerImage is an image that a container of the framework uses.
type ContainerImage struct {
	// Image is its name; where parameters decide it, the name for their defaults. It is empty if there is none without
	// further parameters.
	// +optional
	Image string `json:"image,omitempty"`
	// Parameters are the names of the parameters that decide it, `plan.NAME` for one of a plan.
	// +optional
	// +listType=atomic
	Parameters []string `json:"parameters,omitempty"`
}

// Parameter is one parameter of a framework or of a plan.
type Parameter struct {
	// Name is how templates and Instances refer to it.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Name string `json:"name"`

	// Description is the author's documentation.
	// +optional
	Description string `json:"description,omitempty"`

	// Optional parameters may be absent; every other one needs a value or has a default.
	// +optional
	Optional bool `json:"optional,omitempty"`

	// Schema is its type, default and constraints, in the form that docs/template-format.md defines.
	// +kubebuilder:pruning:PreserveUnknownFields
	Schema runtime.RawExtension `json:"schema"`

	// Trigger is the plan that runs when the value changes; without one, update or else deploy runs.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	Trigger string `json:"trigger,omitempty"`

	// Immutable parameters cannot change once an Instance was deployed.
	// +optional
	Immutable bool `json:"immutable,omitempty"`

	// Secret parameters refer to a key of a Secret: their value is {name, key}. What is in the Secret, kudoc does not read.
	// +optional
	Secret bool `json:"secret,omitempty"`

	// Generate is how many characters a secret has that kudoc makes for an Instance that does not set the parameter.
	// +optional
	// +kubebuilder:validation:Minimum=8
	// +kubebuilder:validation:Maximum=256
	Generate int32 `json:"generate,omitempty"`

	// Unit, for people: Gi, seconds.
	// +optional
	Unit string `json:"unit,omitempty"`
	// Group gathers parameters in documentation and forms.
	// +optional
	Group string `json:"group,omitempty"`
	// Display is the name for people.
	// +optional
	Display string `json:"display,omitempty"`
	// Advanced parameters are shown last.
	// +optional
	Advanced bool `json:"advanced,omitempty"`
}

// Requirement is a framework of which an Instance needs one to work with.
type Requirement struct {
	// Name is how templates and Instances refer to it.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Name string `json:"name"`

	// Framework is the name of the required framework.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Framework string `json:"framework"`

	// Version is a range of semantic versions: `>=3.4.0 <4.0.0`.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Version string `json:"version"`

	// Outputs are those that templates read.
	// +optional
	// +kubebuilder:validation:MaxItems=256
	// +listType=map
	// +listMapKey=name
	Outputs []Parameter `json:"outputs,omitempty"`

	// Child is the task that makes an Instance to meet the requirement, for an Instance that names none.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	Child string `json:"child,omitempty"`
	// Trigger is the plan that runs when the outputs change; without one, update or else deploy runs.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	Trigger string `json:"trigger,omitempty"`
}

// FrameworkVersionStatus is what the controller found out about a version.
type FrameworkVersionStatus struct {
	// +optional
	// +listType=map
	// +listMapKey=type
	Conditions []metav1.Condition `json:"conditions,omitempty"`
}

// FrameworkVersionList is a list of FrameworkVersions.
//
// +kubebuilder:object:root=true
type FrameworkVersionList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []FrameworkVersion `json:"items"`
}

// Plan returns the plan of that name, or nil.
func (s *FrameworkVersionSpec) Plan(name string) *Plan {
	for i := range s.Plans {
		if s.Plans[i].Name == name {
			return &s.Plans[i]
		}
	}
	return nil
}

// Task returns the task of that name, or nil.
func (s *FrameworkVersionSpec) Task(name string) *Task {
	for i := range s.Tasks {
		if s.Tasks[i].Name == name {
			return &s.Tasks[i]
		}
	}
	return nil
}
