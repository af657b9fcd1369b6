package execution

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/rand"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/render"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

// Run is one execution of one plan with everything that it is pinned to.
type Run struct {
	Instance  *v1alpha1.Instance
	Execution *v1alpha1.PlanExecution
	Version   *v1alpha1.FrameworkVersion
	Program   *render.Program
	Plan      *v1alpha1.Plan
	// Params and PlanParams are effective: defaults are filled in.
	Params, PlanParams map[string]any
	// Previous are the effective parameters that were in force when the run began, if there were any.
	Previous map[string]any
	// Requires are the outputs of the required Instances, by requirement.
	Requires map[string]any
	// Rendered is told how long each rendering took, if it is given.
	Rendered func(time.Duration)
}

// Scope says whether the objects of a kind live in namespaces.
type Scope func(schema.GroupVersionKind) (namespaced bool, err error)

// Objects renders the objects of a task: named, labelled and in their namespace, in the order in which they are applied.
// What only a live execution has (owner, stamp) is added by Stamp.
func (r *Run) Objects(ref plan.Ref, attempt int32, scope Scope) ([]*unstructured.Unstructured, error) {
	objects, err := r.Identified(ref, attempt, scope)
	if err != nil {
		return nil, err
	}
	out := make([]*unstructured.Unstructured, len(objects))
	for i := range objects {
		out[i] = objects[i].Unstructured
	}
	return out, nil
}

// Object is an object with the author's ID for it, and the author's name, which of a Run task is not the object's.
type Object struct {
	ID, Name string
	*unstructured.Unstructured
}

// Identified is Objects with what the author calls them.
func (r *Run) Identified(ref plan.Ref, attempt int32, scope Scope) ([]Object, error) {
	task := r.Version.Spec.Task(ref.Task)
	if task == nil {
		return nil, fmt.Errorf("framework version %s has no task %q", r.Version.Name, ref.Task)
	}
	begin := time.Now()
	rendered, err := r.Program.Objects(ref.Task, r.Inputs(ref))
	if r.Rendered != nil {
		r.Rendered(time.Since(begin))
	}
	if err != nil {
		return nil, err
	}
	out := make([]Object, 0, len(rendered))
	for _, o := range rendered {
		u := &unstructured.Unstructured{Object: o.Manifest}
		if u.GetKind() == "" || u.GetAPIVersion() == "" || u.GetName() == "" {
			return nil, fmt.Errorf("object %q of task %q has no apiVersion, kind or metadata.name", o.ID, ref.Task)
		}
		namespaced, err := scope(u.GroupVersionKind())
		if err != nil {
			return nil, err
		}
		r.place(u, namespaced)
		if task.Kind == v1alpha1.TaskApply || task.Kind == v1alpha1.TaskRun || task.Kind == v1alpha1.TaskDelete {
			r.label(u)
		}
		if task.Kind == v1alpha1.TaskApply {
			r.configure(u, ref)
		}
		name := u.GetName()
		if task.Kind == v1alpha1.TaskRun {
			tellWhy(u)
			u.SetName(runName(u.GetName(), r.Execution, ref, attempt))
		}
		out = append(out, Object{o.ID, name, u})
	}
	slices.SortStableFunc(out, func(a, b Object) int {
		return cmp.Compare(rank(a.GetKind()), rank(b.GetKind()))
	})
	return out, nil
}

func (r *Run) Inputs(ref plan.Ref) render.Inputs {
	return render.Inputs{
		Params:    r.Params,
		Previous:  r.Previous,
		Requires:  r.Requires,
		Instance:  render.InstanceInfo{Name: r.Instance.Name, Namespace: r.Instance.Namespace, UID: string(r.Instance.UID)},
		Plan:      render.PlanInfo{Name: r.Plan.Name, Params: r.PlanParams},
		Phase:     ref.Phase,
		Step:      ref.Step,
		Execution: render.ExecutionInfo{Name: r.Execution.Name, UID: string(r.Execution.UID)},
	}
}

// Conditions are those of the steps that have not begun.
func (r *Run) Conditions() map[plan.Ref]plan.Condition {
	out := map[plan.Ref]plan.Condition{}
	begun := map[plan.Ref]bool{}
	for _, ph := range r.Execution.Status.Phases {
		for _, s := range ph.Steps {
			// a failed one may be retried, which begins it if it has never run
			begun[plan.Ref{Phase: ph.Name, Step: s.Name}] = s.State != v1alpha1.Pending && s.State != v1alpha1.Failed || s.Attempts > 0
		}
	}
	for _, ph := range r.Plan.Phases {
		for _, s := range ph.Steps {
			ref := plan.Ref{Phase: ph.Name, Step: s.Name}
			if s.When == "" || begun[ref] {
				continue
			}
			c := plan.Condition{Text: s.When}
			var err error
			if c.Holds, err = r.Program.When(r.Inputs(ref)); err != nil {
				c.Error = err.Error()
			}
			out[ref] = c
		}
	}
	return out
}

// tellWhy lets the last lines that a container of a Job has written become part of its state when it fails, unless the author
// has other plans: they say why, and nobody has to be allowed to read logs for them.
func tellWhy(u *unstructured.Unstructured) {
	for _, field := range []string{"containers", "initContainers"} {
		containers, _, err := unstructured.NestedSlice(u.Object, "spec", "template", "spec", field)
		if err != nil || len(containers) == 0 {
			continue
		}
		for _, c := range containers {
			c, ok := c.(map[string]any)
			if _, set := c["terminationMessagePolicy"]; ok && !set && c["terminationMessagePath"] == nil {
				c["terminationMessagePolicy"] = "FallbackToLogsOnError"
			}
		}
		// the path was there to read
		_ = unstructured.SetNestedSlice(u.Object, containers, "spec", "template", "spec", field)
	}
}

// place gives an object its namespace.
func (r *Run) place(u *unstructured.Unstructured, namespaced bool) {
	switch {
	case !namespaced:
		u.SetNamespace("")
	case u.GetNamespace() == "":
		u.SetNamespace(r.Instance.Namespace)
	}
}

// label gives an object the labels by which kudoc and people find it.
func (r *Run) label(u *unstructured.Unstructured) {
	labels := u.GetLabels()
	if labels == nil {
		labels = map[string]string{}
	}
	labels[v1alpha1.LabelManagedBy] = v1alpha1.ManagedBy
	labels[v1alpha1.LabelInstance] = r.Instance.Name
	labels[v1alpha1.LabelFramework] = r.Version.Spec.Framework
	u.SetLabels(labels)
	if u.GetNamespace() != r.Instance.Namespace {
		setAnnotation(u, v1alpha1.AnnotationInstanceNamespace, r.Instance.Namespace)
	}
}

// Stamp marks an object as applied by one attempt of one step, and gives it an owner where the namespace allows one. What a
// task sets of an object of others is marked as that; what is only named is left as it is.
func (r *Run) Stamp(u *unstructured.Unstructured, ref plan.Ref, attempt int32) {
	switch r.Version.Spec.Task(ref.Task).Kind {
	case v1alpha1.TaskDelete, v1alpha1.TaskWait:
		return
	case v1alpha1.TaskPatch:
		r.stampPatch(u, ref.Task)
		return
	case v1alpha1.TaskApply, v1alpha1.TaskRun:
	}
	content, err := json.Marshal(u.Object)
	if err != nil { // it came out of JSON types
		content = []byte(err.Error())
	}
	setAnnotation(u, v1alpha1.AnnotationApplied, fingerprint(r.Execution, ref, attempt, content)[:16])
	if u.GetNamespace() != r.Instance.Namespace {
		return
	}
	kind, name, uid := "Instance", r.Instance.Name, r.Instance.UID
	if r.Version.Spec.Task(ref.Task).Kind == v1alpha1.TaskRun {
		kind, name, uid = "PlanExecution", r.Execution.Name, r.Execution.UID
	}
	u.Object["metadata"].(map[string]any)["ownerReferences"] = []any{map[string]any{
		"apiVersion": v1alpha1.GroupVersion.String(), "kind": kind, "name": name, "uid": string(uid),
		"controller": true, "blockOwnerDeletion": true,
	}}
}

func setAnnotation(u *unstructured.Unstructured, key, value string) {
	a := u.GetAnnotations()
	if a == nil {
		a = map[string]string{}
	}
	a[key] = value
	u.SetAnnotations(a)
}

// runName makes the name of a Run task's object unique to an attempt of a step of an execution.
func runName(name string, e *v1alpha1.PlanExecution, ref plan.Ref, attempt int32) string {
	suffix := rand.SafeEncodeString(fingerprint(e, ref, attempt, nil))[:5]
	if limit := 63 - len(suffix) - 1; len(name) > limit { // a Job's name becomes a label of its pods
		name = name[:limit]
	}
	return name + "-" + suffix
}

// fingerprint identifies an attempt of a step of an execution, and a content, in hexadecimal.
func fingerprint(e *v1alpha1.PlanExecution, ref plan.Ref, attempt int32, content []byte) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s\x00%s\x00%d\x00%s", e.UID, ref.Phase, ref.Step, ref.Task, attempt, content))
	return hex.EncodeToString(sum[:])
}

// Digest is the SHA-256 of effective parameters, `sha256:<hex>`.
func Digest(params map[string]any) string {
	b, err := json.Marshal(params) // keys are sorted
	if err != nil {                // they came out of JSON types
		b = []byte(err.Error())
	}
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// order is the order in which the kinds of one task are applied: what others need comes first.
var order = []string{
	"Namespace", "CustomResourceDefinition", "PriorityClass", "ResourceQuota", "LimitRange", "NetworkPolicy",
	"ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "Secret", "ConfigMap", "StorageClass",
	"PersistentVolume", "PersistentVolumeClaim", "Service", "PodDisruptionBudget",
}

// rank is the place of a kind in order; every kind that is not listed comes last.
func rank(kind string) int {
	if i := slices.Index(order, kind); i >= 0 {
		return i
	}
	return len(order)
}
