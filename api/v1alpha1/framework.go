package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Framework names an operator that kudoc can run and describes it for people. Its versions are FrameworkVersions.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Cluster,categories=kudoc,shortName=fw
// +kubebuilder:printcolumn:name="Latest",type=string,JSONPath=`.status.latest`
// +kubebuilder:printcolumn:name="Description",type=string,JSONPath=`.spec.description`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type Framework struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// +optional
	Spec FrameworkSpec `json:"spec,omitempty"`
	// +optional
	Status FrameworkStatus `json:"status,omitempty"`
}

// FrameworkStatus is what the controller knows of a framework.
type FrameworkStatus struct {
	// Versions are those that the cluster has, the highest first.
	// +optional
	// +listType=atomic
	Versions []string `json:"versions,omitempty"`
	// Latest is the highest of them that the controller can execute.
	// +optional
	Latest string `json:"latest,omitempty"`
}

// FrameworkSpec describes a framework to the people who choose one.
type FrameworkSpec struct {
	// Description says in a sentence what the framework runs.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Description string `json:"description,omitempty"`

	// Maintainers are the people or teams to ask.
	// +optional
	// +kubebuilder:validation:MaxItems=32
	// +listType=atomic
	Maintainers []Maintainer `json:"maintainers,omitempty"`

	// URL leads to the framework's own documentation.
	// +optional
	// +kubebuilder:validation:MaxLength=2048
	URL string `json:"url,omitempty"`
}

// Maintainer is a person or a team.
type Maintainer struct {
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	Name string `json:"name"`
	// +optional
	// +kubebuilder:validation:MaxLength=256
	Email string `json:"email,omitempty"`
}

// FrameworkList is a list of Frameworks.
//
// +kubebuilder:object:root=true
type FrameworkList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Framework `json:"items"`
}
