package admission

import (
	"fmt"
	"strconv"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// requirements demand that an Instance names an Instance for each requirement, and for nothing else. Whether that is one of
// the right framework can change, so that the controller tells it.
func requirements(v *v1alpha1.FrameworkVersion) []admissionv1.Validation {
	names := make([]string, len(v.Spec.Requires))
	var out []admissionv1.Validation
	for i, r := range v.Spec.Requires {
		names[i] = strconv.Quote(r.Name)
		if r.Child != "" { // which meets it where the Instance names none
			continue
		}
		out = append(out, admissionv1.Validation{
			Expression: fmt.Sprintf("has(object.spec.requires) && %s in object.spec.requires", names[i]),
			Message:    fmt.Sprintf("spec.requires.%s: name the Instance of %s %s to work with", r.Name, r.Framework, r.Version),
		})
	}
	known := "[" + strings.Join(names, ", ") + "]"
	return append(out, admissionv1.Validation{
		Expression:        fmt.Sprintf("!has(object.spec.requires) || object.spec.requires.all(name, name in %s)", known),
		MessageExpression: fmt.Sprintf(`"spec.requires: " + object.spec.requires.filter(name, !(name in %s)).join(", ") + ": %s has no such requirement"`, known, v.Name),
		Message:           fmt.Sprintf("spec.requires: %s has no such requirement", v.Name),
	})
}
