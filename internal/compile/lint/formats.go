package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/robfig/cron/v3"
	pathvalidation "k8s.io/apimachinery/pkg/api/validation/path"
	"k8s.io/apimachinery/pkg/util/validation"
)

// format judges values of an item as Kubernetes does.
type format struct {
	*item
	report reporter
}

func formats(w *world, report reporter) {
	for _, i := range w.made() {
		f := format{i, report}
		f.metadata(nil)
		f.kinds()
	}
	for _, p := range w.pods() {
		f := format{p.item, report}
		if len(p.root) > 0 {
			f.metadata(p.root)
		}
		f.labels(p.root.of("spec", "nodeSelector"))
		f.pod(&p)
	}
	w.eachAmount(func(i *item, a amount) {
		q, err := quantity(a.value)
		if err != nil {
			format{i, report}.wrong(a.path, a.value, "want an amount, such as 500m or 2Gi")
		} else if q.Sign() < 0 {
			format{i, report}.wrong(a.path, a.value, "must not be negative")
		}
	})
}

func (f format) wrong(at path, value any, why string) {
	shown := fmt.Sprint(value)
	if s, ok := value.(string); ok {
		shown = fmt.Sprintf("%q", s)
	}
	if name := last(at); name != value {
		shown = name + " " + shown
	}
	f.report(f.item, at, "", fmt.Sprintf("Kubernetes refuses %s: %s", shown, why))
}

func last(p path) string {
	for i := len(p) - 1; i >= 0; i-- {
		if s, ok := p[i].(string); ok {
			return s
		}
	}
	return ""
}

// check judges a string, if there is one.
func (f format) check(p path, judge func(s string) []string) {
	if s, ok := at(f.object, p...).(string); ok {
		f.judge(p, s, judge(s))
	}
}

func (f format) judge(at path, s string, wrong []string) {
	if len(wrong) > 0 {
		why, _, _ := strings.Cut(wrong[0], " (e.g.")
		f.wrong(at, s, why)
	}
}

// metadata judges the metadata of an object, or of a template in it.
func (f format) metadata(root path) {
	if len(root) == 0 {
		f.check(path{"metadata", "name"}, nameOf(f.item))
		f.check(path{"metadata", "namespace"}, validation.IsDNS1123Label)
	}
	f.labels(root.of("metadata", "labels"))
	at := root.of("metadata", "annotations")
	for _, k := range sortedKeys(object(f.object, at...)) {
		f.judge(at.of(k), k, validation.IsQualifiedName(strings.ToLower(k)))
	}
}

func sortedKeys(m map[string]any) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func (f format) labels(at path) {
	for _, k := range sortedKeys(object(f.object, at...)) {
		f.judge(at.of(k), k, validation.IsQualifiedName(k))
		f.check(at.of(k), validation.IsValidLabelValue)
	}
}

// nameOf is the judge of the names of a kind.
func nameOf(i *item) func(string) []string {
	switch i.qualifiedKind() {
	case "/Service", "/Namespace": // since Kubernetes 1.36, the name of a Service may begin with a digit
		return validation.IsDNS1123Label
	case "batch/CronJob":
		return func(s string) []string {
			if len(s) > 52 {
				return []string{validation.MaxLenError(52)}
			}
			return validation.IsDNS1123Subdomain(s)
		}
	}
	if strings.HasPrefix(i.qualifiedKind(), "rbac.authorization.k8s.io/") {
		return func(s string) []string { return pathvalidation.IsValidPathSegmentName(s) }
	}
	return validation.IsDNS1123Subdomain
}

// kinds judges what only some kinds have.
func (f format) kinds() {
	switch f.qualifiedKind() {
	case "apps/Deployment", "apps/StatefulSet", "apps/DaemonSet", "apps/ReplicaSet", "policy/PodDisruptionBudget":
		f.labels(path{"spec", "selector", "matchLabels"})
		if n, ok := number(f.object, "spec", "replicas"); ok && n < 0 {
			f.wrong(path{"spec", "replicas"}, n, "must not be negative")
		}
	case "networking.k8s.io/NetworkPolicy":
		f.labels(path{"spec", "podSelector", "matchLabels"})
	case "/Service":
		f.labels(path{"spec", "selector"})
		for n := range list(f.object, "spec", "ports") {
			at := path{"spec", "ports", n}
			f.check(at.of("name"), validation.IsDNS1123Label)
			f.port(at.of("port"))
			f.port(at.of("targetPort"))
		}
	case "batch/CronJob":
		f.check(path{"spec", "schedule"}, func(s string) []string {
			if _, err := cron.ParseStandard(s); err != nil {
				return []string{"want a schedule: " + err.Error()}
			}
			return nil
		})
	case "/ConfigMap", "/Secret":
		for _, field := range []string{"data", "stringData", "binaryData"} {
			for _, k := range sortedKeys(object(f.object, field)) {
				f.judge(path{field, k}, k, validation.IsConfigMapKey(k))
			}
		}
	}
}

// port judges a number or a name.
func (f format) port(at path) {
	f.check(at, validation.IsValidPortName)
	if n, ok := number(f.object, at...); ok {
		if wrong := validation.IsValidPortNum(int(n)); len(wrong) > 0 {
			f.wrong(at, n, wrong[0])
		}
	}
}

func (f format) pod(p *pod) {
	for n := range list(p.body, "spec", "volumes") {
		f.check(p.root.of("spec", "volumes", n, "name"), validation.IsDNS1123Label)
	}
	for _, c := range p.containers() {
		f.check(c.path.of("name"), validation.IsDNS1123Label)
		for n := range list(c.body, "ports") {
			f.check(c.path.of("ports", n, "name"), validation.IsValidPortName)
			f.port(c.path.of("ports", n, "containerPort"))
			f.port(c.path.of("ports", n, "hostPort"))
		}
		for n := range list(c.body, "env") {
			f.check(c.path.of("env", n, "name"), validation.IsRelaxedEnvVarName)
		}
		for _, probe := range []string{"readinessProbe", "livenessProbe", "startupProbe"} {
			for _, handler := range []string{"httpGet", "tcpSocket", "grpc"} {
				f.port(c.path.of(probe, handler, "port"))
			}
		}
	}
}
