package given

import (
	"regexp"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// namePattern is what the API server demands of the names of Instances.
var namePattern = regexp.MustCompile(`^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$`)

// CheckInstanceName refuses a name that the API server would refuse; an empty one is no name.
func CheckInstanceName(name string) error {
	if name == "" || namePattern.MatchString(name) {
		return nil
	}
	return Wrong("--instance %q: the name must consist of at most 40 lower case letters, digits and hyphens, begin with a letter, and not end with a hyphen", name)
}

// Instance is an Instance with nothing but what a person asks for. spec holds its settings, and the rest is added.
func Instance(namespace, name, version string, params map[string]any, requires map[string]string, spec map[string]any) *unstructured.Unstructured {
	spec["frameworkVersion"] = version
	if len(params) > 0 {
		spec["parameters"] = params
	}
	if len(requires) > 0 {
		names := map[string]any{}
		for requirement, instance := range requires {
			names[requirement] = instance
		}
		spec["requires"] = names
	}
	u := &unstructured.Unstructured{Object: map[string]any{"spec": spec}}
	u.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind("Instance"))
	u.SetNamespace(namespace)
	u.SetName(name)
	return u
}
