package execution

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

// configure marks the pods of a workload with a digest of the configuration that they read: the ConfigMaps and Secrets that the
// framework makes for the Instance, and the generated secrets once they have been rotated, in volumes and in the environment. So they restart when it changes, and only then.
func (r *Run) configure(u *unstructured.Unstructured, ref plan.Ref) {
	if u.GroupVersionKind().Group != "apps" || u.GetAnnotations()[v1alpha1.AnnotationRestart] == "disabled" {
		return
	}
	pod, found, err := unstructured.NestedMap(u.Object, "spec", "template", "spec")
	if !found || err != nil {
		return
	}
	var names []string
	readBy(pod, func(kind, name string) { names = append(names, kind+"/"+name) })
	if len(names) == 0 {
		return
	}
	h := sha256.New()
	slices.Sort(names)
	made, reads := r.configuration(ref), false
	for _, name := range slices.Compact(names) {
		if content, ok := made[name]; ok {
			reads = true
			h.Write([]byte(name + "\x00" + content + "\x00"))
		}
	}
	if reads {
		digest := hex.EncodeToString(h.Sum(nil))[:16]
		// the template is a map: it has a spec
		_ = unstructured.SetNestedField(u.Object, digest, "spec", "template", "metadata", "annotations", v1alpha1.AnnotationConfiguration)
	}
}

// configuration is the content of the ConfigMaps and Secrets that the apply tasks of the framework make, by kind and name.
func (r *Run) configuration(ref plan.Ref) map[string]string {
	out := map[string]string{}
	if rotated := r.Instance.Status.Rotated; rotated != "" {
		out["Secret/"+GeneratedSecret(r.Instance.Name)] = rotated
	}
	for _, t := range r.Version.Spec.Tasks {
		if t.Kind != v1alpha1.TaskApply || !slices.ContainsFunc(t.Objects, mayConfigure) {
			continue
		}
		objects, err := r.Program.Objects(t.Name, r.Inputs(ref))
		if err != nil {
			continue // what cannot be rendered in this plan is not applied by it either
		}
		for _, o := range objects {
			u := &unstructured.Unstructured{Object: o.Manifest}
			if !isConfiguration(u.GetKind()) || u.GetNamespace() != "" && u.GetNamespace() != r.Instance.Namespace {
				continue
			}
			content, err := json.Marshal([]any{u.Object["data"], u.Object["binaryData"], u.Object["stringData"]})
			if err == nil {
				out[u.GetKind()+"/"+u.GetName()] = string(content)
			}
		}
	}
	return out
}

func isConfiguration(kind string) bool { return kind == "ConfigMap" || kind == "Secret" }

func mayConfigure(o v1alpha1.ObjectTemplate) bool {
	raw := string(o.Template.Raw)
	return strings.Contains(raw, `"ConfigMap"`) || strings.Contains(raw, `"Secret"`)
}

// readBy calls found for every ConfigMap and Secret to which a part of a pod refers.
func readBy(v any, found func(kind, name string)) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			readBy(e, found)
		}
	case map[string]any:
		for key, e := range v {
			ref, _ := e.(map[string]any)
			name, _ := ref["name"].(string)
			switch key {
			case "configMap", "configMapRef", "configMapKeyRef":
				found("ConfigMap", name)
			case "secretRef", "secretKeyRef":
				found("Secret", name)
			case "secret": // a volume says secretName, a source of a projected one says name
				if of, ok := ref["secretName"].(string); ok {
					name = of
				}
				found("Secret", name)
			default:
				readBy(e, found)
			}
		}
	}
}
