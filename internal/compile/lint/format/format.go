// Package format judges single values of objects as Kubernetes does: the form of names, labels, amounts and schedules, the
// range of ports. It uses Kubernetes' own checks.
package format

import (
	"fmt"
	"slices"
	"strings"

	"github.com/robfig/cron/v3"
	"k8s.io/apimachinery/pkg/api/validate/content"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/kudoc/kudoc/internal/compile/lint/tree"
)

// Object is an object to judge.
type Object struct {
	// Kind is the group and the kind: apps/Deployment, or /Service in the core group.
	Kind string
	Body map[string]any
	// Pod is where the pod is in it, if HasPod.
	Pod    tree.Path
	HasPod bool
}

// judge collects what is wrong.
type judge struct {
	*Object
	wrong func(p tree.Path, message string)
}

// Check calls wrong for every value that Kubernetes refuses.
func Check(o *Object, wrong func(p tree.Path, message string)) {
	j := judge{o, wrong}
	j.form(tree.Path{"metadata", "name"}, nameOf(o.Kind))
	j.form(tree.Path{"metadata", "namespace"}, validation.IsDNS1123Label)
	j.metadata(nil)
	j.kind()
	if o.HasPod {
		if len(o.Pod) > 0 {
			j.metadata(o.Pod)
		}
		j.pod()
	}
}

// Refused is the message about a value that Kubernetes refuses.
func Refused(p tree.Path, value any, why string) string {
	shown := fmt.Sprint(value)
	if s, ok := value.(string); ok {
		shown = fmt.Sprintf("%q", s)
	}
	if name := field(p); name != value {
		shown = name + " " + shown
	}
	return fmt.Sprintf("Kubernetes refuses %s: %s", shown, why)
}

// field is the name of the field that a path leads to.
func field(p tree.Path) string {
	for _, x := range slices.Backward(p) {
		if s, ok := x.(string); ok {
			return s
		}
	}
	return ""
}

func (j judge) refuse(p tree.Path, value any, why string) { j.wrong(p, Refused(p, value, why)) }

// form judges the string at a path, if there is one.
func (j judge) form(p tree.Path, check func(s string) []string) {
	if s, ok := tree.At(j.Body, p...).(string); ok {
		j.result(p, s, check(s))
	}
}

// keys judges the names of the fields at a path.
func (j judge) keys(p tree.Path, check func(s string) []string) {
	m := tree.Object(j.Body, p...)
	for k := range m {
		j.result(p.Of(k), k, check(k))
	}
}

func (j judge) result(p tree.Path, s string, wrong []string) {
	if len(wrong) > 0 {
		why, _, _ := strings.Cut(wrong[0], " (e.g.") // examples say nothing about this value
		j.refuse(p, s, why)
	}
}

// metadata judges the labels and annotations of an object, or of a template in it.
func (j judge) metadata(root tree.Path) {
	j.labels(root.Of("metadata", "labels"))
	j.keys(root.Of("metadata", "annotations"), func(s string) []string { return validation.IsQualifiedName(strings.ToLower(s)) })
}

func (j judge) labels(p tree.Path) {
	j.keys(p, validation.IsQualifiedName)
	for k := range tree.Object(j.Body, p...) {
		j.form(p.Of(k), validation.IsValidLabelValue)
	}
}

// nameOf checks the names of a kind.
func nameOf(kind string) func(string) []string {
	switch kind {
	case "/Service", "/Namespace": // since Kubernetes 1.36, the name of a Service may begin with a digit
		return validation.IsDNS1123Label
	case "batch/CronJob":
		return func(s string) []string {
			if len(s) > 52 { // what is left of 63 is for the names of its Jobs
				return []string{validation.MaxLenError(52)}
			}
			return validation.IsDNS1123Subdomain(s)
		}
	}
	if strings.HasPrefix(kind, "rbac.authorization.k8s.io/") {
		return content.IsPathSegmentName
	}
	return validation.IsDNS1123Subdomain
}

// kind judges what only some kinds have.
func (j judge) kind() {
	switch j.Kind {
	case "apps/Deployment", "apps/StatefulSet", "apps/DaemonSet", "apps/ReplicaSet", "policy/PodDisruptionBudget":
		j.labels(tree.Path{"spec", "selector", "matchLabels"})
		if n, ok := tree.Number(j.Body, "spec", "replicas"); ok && n < 0 {
			j.refuse(tree.Path{"spec", "replicas"}, n, "must not be negative")
		}
	case "networking.k8s.io/NetworkPolicy":
		j.labels(tree.Path{"spec", "podSelector", "matchLabels"})
	case "/Service":
		j.labels(tree.Path{"spec", "selector"})
		for n := range tree.List(j.Body, "spec", "ports") {
			p := tree.Path{"spec", "ports", n}
			j.form(p.Of("name"), validation.IsDNS1123Label)
			j.port(p.Of("port"))
			j.port(p.Of("targetPort"))
		}
	case "batch/CronJob":
		j.form(tree.Path{"spec", "schedule"}, func(s string) []string {
			if _, err := cron.ParseStandard(s); err != nil {
				return []string{"want a schedule: " + err.Error()}
			}
			return nil
		})
	case "/ConfigMap", "/Secret":
		for _, field := range []string{"data", "stringData", "binaryData"} {
			j.keys(tree.Path{field}, validation.IsConfigMapKey)
		}
	}
}

// port judges a number or a name.
func (j judge) port(p tree.Path) {
	j.form(p, validation.IsValidPortName)
	if n, ok := tree.Number(j.Body, p...); ok {
		if wrong := validation.IsValidPortNum(int(n)); len(wrong) > 0 {
			j.refuse(p, n, wrong[0])
		}
	}
}

func (j judge) pod() {
	spec := j.Pod.Of("spec")
	j.labels(spec.Of("nodeSelector"))
	for n := range tree.List(j.Body, spec.Of("volumes")...) {
		j.form(spec.Of("volumes", n, "name"), validation.IsDNS1123Label)
	}
	for _, field := range []string{"initContainers", "containers"} {
		for n := range tree.List(j.Body, spec.Of(field)...) {
			j.container(spec.Of(field, n))
		}
	}
}

func (j judge) container(p tree.Path) {
	j.form(p.Of("name"), validation.IsDNS1123Label)
	for n := range tree.List(j.Body, p.Of("ports")...) {
		j.form(p.Of("ports", n, "name"), validation.IsValidPortName)
		j.port(p.Of("ports", n, "containerPort"))
	}
	for n := range tree.List(j.Body, p.Of("env")...) {
		j.form(p.Of("env", n, "name"), validation.IsRelaxedEnvVarName)
	}
	for _, probe := range []string{"readinessProbe", "livenessProbe", "startupProbe"} {
		for _, handler := range []string{"httpGet", "tcpSocket", "grpc"} {
			j.port(p.Of(probe, handler, "port"))
		}
	}
}
