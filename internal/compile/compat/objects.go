package compat

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/render"
)

// instance is the one for which both versions are rendered.
var instance = render.InstanceInfo{Name: "instance", Namespace: "default", UID: "00000000-0000-0000-0000-000000000000"}

// immutableField is a field that an API server refuses to change.
type immutableField struct {
	path  string
	unset any // what the API server makes of a field that is not set
}

// immutableFields are the fields that Kubernetes refuses to change although other fields of the kind may change.
var immutableFields = map[schema.GroupKind][]immutableField{
	{Group: "apps", Kind: "StatefulSet"}: {
		{path: "spec.serviceName", unset: ""}, {path: "spec.selector"}, {path: "spec.volumeClaimTemplates"},
		{path: "spec.podManagementPolicy", unset: "OrderedReady"},
	},
	{Group: "apps", Kind: "Deployment"}: {{path: "spec.selector"}},
	{Group: "apps", Kind: "DaemonSet"}:  {{path: "spec.selector"}},
	{Group: "apps", Kind: "ReplicaSet"}: {{path: "spec.selector"}},
	{Group: "batch", Kind: "Job"}: {
		{path: "spec.selector"}, {path: "spec.template"}, {path: "spec.completionMode", unset: "NonIndexed"}, {path: "spec.podFailurePolicy"},
		{path: "spec.successPolicy"}, {path: "spec.backoffLimitPerIndex"}, {path: "spec.managedBy", unset: "kubernetes.io/job-controller"},
	},
	{Kind: "Service"}: {{path: "spec.clusterIP"}, {path: "spec.ipFamilies"}},
	{Kind: "PersistentVolumeClaim"}: {
		{path: "spec.accessModes"}, {path: "spec.storageClassName"}, {path: "spec.volumeMode", unset: "Filesystem"}, {path: "spec.volumeName"},
		{path: "spec.selector"}, {path: "spec.dataSource"}, {path: "spec.dataSourceRef"},
	},
	{Kind: "Secret"}: {{path: "type", unset: "Opaque"}},
	{Group: "rbac.authorization.k8s.io", Kind: "RoleBinding"}:        {{path: "roleRef"}},
	{Group: "rbac.authorization.k8s.io", Kind: "ClusterRoleBinding"}: {{path: "roleRef"}},
	{Group: "storage.k8s.io", Kind: "StorageClass"}: {
		{path: "provisioner"}, {path: "parameters"}, {path: "reclaimPolicy", unset: "Delete"}, {path: "volumeBindingMode", unset: "Immediate"},
	},
	{Group: "scheduling.k8s.io", Kind: "PriorityClass"}: {{path: "value"}, {path: "preemptionPolicy", unset: "PreemptLowerPriority"}},
}

// keepers are the kinds whose objects lead to data that is lost without them.
var keepers = []schema.GroupKind{{Group: "apps", Kind: "StatefulSet"}, {Kind: "PersistentVolumeClaim"}}

// object is one that a version applies.
type object struct {
	task, id string
	*unstructured.Unstructured
}

// key tells objects in a cluster apart.
func (o *object) key() string {
	gk := o.GroupVersionKind().GroupKind()
	return gk.String() + "/" + o.GetNamespace() + "/" + o.GetName()
}

func (o *object) field(path ...string) []string {
	return append([]string{"tasks", o.task, "apply", o.id}, path...)
}

// effective makes the inputs for which outputs and objects are compared. Without any, there is nothing to compare.
func (c *comparison) effective() bool {
	if c.base == nil {
		return false
	}
	old, err := c.oldProgram.Params(c.base)
	if err != nil {
		return false
	}
	now, err := c.nowProgram.Params(c.base)
	if err != nil {
		return false
	}
	c.oldInputs, c.nowInputs = inputs(c.oldProgram, old, nil), inputs(c.nowProgram, now, old)
	c.oldInputs.Requires = required(c.oldProgram, c.old, nil)
	c.nowInputs.Requires = required(c.nowProgram, c.now, c.oldInputs.Requires)
	return true
}

// inputs are those of the plan deploy, with its default parameters.
func inputs(program *render.Program, params, previous map[string]any) render.Inputs {
	in := render.Inputs{
		Params: params, Previous: previous, Instance: instance, Plan: render.PlanInfo{Name: v1alpha1.PlanDeploy},
		Execution: render.ExecutionInfo{Name: "execution"},
	}
	if given, err := program.PlanParams(in.Plan.Name, nil, in); err == nil {
		in.Plan.Params = given
	}
	return in
}

// objects compares what both versions apply under one name.
func (c *comparison) objects() {
	now := map[string]*object{}
	for _, o := range applied(c.nowProgram, c.now, c.nowInputs) {
		now[o.key()] = o
	}
	for _, o := range applied(c.oldProgram, c.old, c.oldInputs) {
		gk := o.GroupVersionKind().GroupKind()
		if is := now[o.key()]; is != nil {
			c.immutable(o, is)
		} else if slices.Contains(keepers, gk) {
			c.report(diag.ObjectGone, o.field(), "%s %q of task %q is gone, or has another name: an upgrade deletes it", o.GetKind(), o.id, o.task)
		}
	}
}

// applied are the objects of tasks that apply. What cannot be rendered for these inputs is left out.
func applied(program *render.Program, spec *v1alpha1.FrameworkVersionSpec, in render.Inputs) []*object {
	var out []*object
	for i := range spec.Tasks {
		t := &spec.Tasks[i]
		if t.Kind != v1alpha1.TaskApply {
			continue
		}
		rendered, err := program.Objects(t.Name, in)
		if err != nil {
			continue
		}
		for _, o := range rendered {
			out = append(out, &object{t.Name, o.ID, &unstructured.Unstructured{Object: o.Manifest}})
		}
	}
	return out
}

// immutable compares the fields that an API server refuses to change.
func (c *comparison) immutable(old, now *object) {
	fields := immutableFields[old.GroupVersionKind().GroupKind()]
	if sealed, _, _ := unstructured.NestedBool(old.Object, "immutable"); sealed {
		fields = append(slices.Clone(fields), immutableField{path: "data"}, immutableField{path: "binaryData"}, immutableField{path: "stringData"}, immutableField{path: "immutable"})
	}
	for _, f := range fields {
		path := strings.Split(f.path, ".")
		was, is := valueAt(old.Object, path, f.unset), valueAt(now.Object, path, f.unset)
		if equality.Semantic.DeepEqual(was, is) {
			continue
		}
		c.report(diag.ObjectImmutable, now.field(path...), "%s of %s %q of task %q is %s, and was %s: Kubernetes refuses to change it",
			f.path, now.GetKind(), now.id, now.task, orUnset(is), orUnset(was)).Hint = "leave it, or give the object another name"
	}
}

func valueAt(object map[string]any, path []string, unset any) any {
	v, ok, err := unstructured.NestedFieldNoCopy(object, path...)
	if err != nil || !ok || v == nil {
		return unset
	}
	return v
}

func orUnset(v any) string {
	if v == nil {
		return "unset"
	}
	return show(v)
}
