package runtime

import (
	"context"
	"fmt"
	"strings"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/runtime/execution"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

// identity is what makes two objects the same one.
type identity struct{ group, kind, namespace, name string }

func identify(u *unstructured.Unstructured) identity {
	return identity{u.GroupVersionKind().Group, u.GetKind(), u.GetNamespace(), u.GetName()}
}

// display is how kudoc names an object to people.
func display(u *unstructured.Unstructured) string {
	if u.GetNamespace() == "" {
		return u.GetKind() + "/" + u.GetName()
	}
	return u.GetKind() + "/" + u.GetNamespace() + "/" + u.GetName()
}

// observeTask says how far the objects of a task are: as far as the one that is least far.
func (r *Reconciler) observeTask(ctx context.Context, w *world, ref plan.Ref, s *v1alpha1.StepStatus) (plan.Observation, error) {
	wanted, err := w.run.Identified(ref, s.Attempts, r.Scope)
	if err != nil {
		return plan.Observation{}, graceful(err, s.StartedAt, w.now)
	}
	task := w.run.Version.Spec.Task(ref.Task)
	worst := plan.Observation{Progress: plan.Done}
	for _, object := range wanted {
		want := object.Unstructured
		if task.Kind != v1alpha1.TaskDelete {
			w.run.Stamp(want, ref, s.Attempts)
		}
		r.watches.ensure(ctx, want.GroupVersionKind())
		live := &unstructured.Unstructured{}
		live.SetGroupVersionKind(want.GroupVersionKind())
		ours := true
		err := w.objects.read.Get(ctx, client.ObjectKeyFromObject(want), live)
		if apierrors.IsNotFound(err) {
			live = nil
		} else if err != nil {
			return plan.Observation{}, graceful(explain("read "+display(want), err), s.StartedAt, w.now)
		} else if ours = belongs(w.inst, live); ours {
			w.uids[identify(live)] = live.GetUID()
		}
		o := judge(task.Kind, want, live, ours)
		if o.Progress == plan.Done && task.Kind == v1alpha1.TaskApply {
			w.fields[identify(live)] = owned(live)
			o = ready(w.run, ref, object.ID, live)
		}
		if o.Progress == plan.Waiting && task.Kind != v1alpha1.TaskDelete || o.Progress == plan.Broken {
			o.Message += podTrouble(ctx, w.objects.read, live)
		}
		worst = worse(worst, o)
	}
	return worst, nil
}

// ready asks the framework about an object that is healthy by Kubernetes' conventions. What cannot be evaluated may be
// about a status that is still to come, so it is waited for.
func ready(run *execution.Run, ref plan.Ref, id string, live *unstructured.Unstructured) plan.Observation {
	condition := run.Program.Readiness(ref.Task, id)
	if condition == "" {
		return plan.Observation{Progress: plan.Done}
	}
	is, err := run.Program.Ready(ref.Task, id, run.Inputs(ref), live.Object)
	switch {
	case err != nil:
		return plan.Observation{Progress: plan.Waiting, Message: fmt.Sprintf("waiting for %s: ready cannot be told: %v", display(live), err)}
	case !is:
		return plan.Observation{Progress: plan.Waiting, Message: fmt.Sprintf("waiting for %s: ready is false: %s", display(live), condition)}
	}
	return plan.Observation{Progress: plan.Done}
}

// worse picks the observation that decides for the whole task: a broken object before an absent one, an absent one before
// one that is waited for.
func worse(a, b plan.Observation) plan.Observation {
	weight := func(p plan.Progress) int {
		switch p {
		case plan.Broken:
			return 4
		case plan.Absent:
			return 3
		case plan.Waiting:
			return 2
		case plan.Completed:
			return 1
		case plan.Done:
			return 0
		}
		return 0
	}
	if weight(b.Progress) > weight(a.Progress) {
		return b
	}
	return a
}

// belongs says whether an object was applied for an Instance.
func belongs(inst *v1alpha1.Instance, live client.Object) bool {
	namespace := live.GetNamespace()
	if other, ok := live.GetAnnotations()[v1alpha1.AnnotationInstanceNamespace]; ok {
		namespace = other
	}
	return live.GetLabels()[v1alpha1.LabelInstance] == inst.Name &&
		live.GetLabels()[v1alpha1.LabelManagedBy] == v1alpha1.ManagedBy && namespace == inst.Namespace
}

// judge compares an object with what the task wants of it. live is nil if there is no such object.
func judge(kind v1alpha1.TaskKind, want, live *unstructured.Unstructured, ours bool) plan.Observation {
	if live == nil {
		if kind == v1alpha1.TaskDelete {
			return plan.Observation{Progress: plan.Done}
		}
		return plan.Observation{Progress: plan.Absent}
	}
	if !ours {
		return plan.Observation{Progress: plan.Broken, Message: fmt.Sprintf("%s exists and was not made for this instance: delete it, or give the instance another name", display(live))}
	}
	if live.GetDeletionTimestamp() != nil {
		return plan.Observation{Progress: plan.Waiting, Message: fmt.Sprintf("waiting for %s to be gone", display(live))}
	}
	if kind == v1alpha1.TaskDelete || live.GetAnnotations()[v1alpha1.AnnotationApplied] != want.GetAnnotations()[v1alpha1.AnnotationApplied] {
		return plan.Observation{Progress: plan.Absent}
	}
	o := health(live)
	if kind == v1alpha1.TaskRun && o.Progress == plan.Done {
		o = plan.Observation{Progress: plan.Completed, Message: "removing " + display(live) + ", which has completed"}
	}
	return o
}

// health says whether an object is as it should be, by kstatus, except where what kstatus calls current is not enough
// for a plan to go on, or more than it can wait for.
func health(u *unstructured.Unstructured) plan.Observation {
	gk := u.GroupVersionKind().GroupKind()
	switch gk.String() {
	case "Job.batch":
		return jobHealth(u)
	case "Pod":
		switch phase, _, _ := unstructured.NestedString(u.Object, "status", "phase"); phase { // absent is empty
		case "Succeeded":
			return plan.Observation{Progress: plan.Done}
		case "Failed":
			return plan.Observation{Progress: plan.Broken, Message: display(u) + " failed"}
		}
	case "PersistentVolumeClaim":
		// A claim of a class that binds for its first consumer stays Pending until a later step makes one.
		if phase, _, _ := unstructured.NestedString(u.Object, "status", "phase"); phase != "Lost" { // absent is empty
			return plan.Observation{Progress: plan.Done}
		}
		return plan.Observation{Progress: plan.Broken, Message: display(u) + " has lost its volume"}
	}
	res, err := status.Compute(u)
	if err != nil {
		return plan.Observation{Progress: plan.Waiting, Message: fmt.Sprintf("waiting for %s: %v", display(u), err)}
	}
	switch res.Status {
	case status.CurrentStatus:
		return plan.Observation{Progress: plan.Done}
	case status.FailedStatus:
		return plan.Observation{Progress: plan.Broken, Message: display(u) + ": " + res.Message}
	case status.InProgressStatus, status.TerminatingStatus, status.NotFoundStatus, status.UnknownStatus:
	}
	return plan.Observation{Progress: plan.Waiting, Message: fmt.Sprintf("waiting for %s: %s", display(u), because(u, res.Message))}
}

// jobHealth is done when the Job has completed: kstatus calls a Job current as soon as it has started.
func jobHealth(u *unstructured.Unstructured) plan.Observation {
	conditions, _, _ := unstructured.NestedSlice(u.Object, "status", "conditions") // absent is empty
	for _, c := range conditions {
		c, ok := c.(map[string]any)
		if !ok || c["status"] != "True" {
			continue
		}
		switch c["type"] {
		case "Complete":
			return plan.Observation{Progress: plan.Done}
		case "Failed":
			return plan.Observation{Progress: plan.Broken, Message: fmt.Sprintf("%s failed: %v: %v", display(u), c["reason"], c["message"])}
		}
	}
	n, _, _ := unstructured.NestedInt64(u.Object, "status", "active") // absent is 0
	return plan.Observation{Progress: plan.Waiting, Message: fmt.Sprintf("waiting for %s to complete: %d pods active", display(u), n)}
}

// because says how many replicas are ready where a kind counts them.
func because(u *unstructured.Unstructured, message string) string {
	switch u.GetKind() {
	case "StatefulSet", "Deployment", "ReplicaSet":
		want, found, _ := unstructured.NestedInt64(u.Object, "spec", "replicas") // absent is not found
		if !found {
			want = 1
		}
		ready, _, _ := unstructured.NestedInt64(u.Object, "status", "readyReplicas") // absent is 0
		if ready != want {
			return fmt.Sprintf("%d of %d replicas ready", ready, want)
		}
	}
	return message
}

// podTrouble says what holds up the pods of a workload, or nothing.
func podTrouble(ctx context.Context, objects client.Reader, workload *unstructured.Unstructured) string {
	if workload == nil {
		return ""
	}
	sel, found, _ := unstructured.NestedMap(workload.Object, "spec", "selector") // absent is not found
	if _, isSelector := sel["matchLabels"]; !found || !isSelector {
		return ""
	}
	labels, _, err := unstructured.NestedStringMap(sel, "matchLabels")
	if err != nil {
		return ""
	}
	var pods corev1.PodList
	if err := objects.List(ctx, &pods, client.InNamespace(workload.GetNamespace()), client.MatchingLabels(labels), client.Limit(50)); err != nil {
		return ""
	}
	for i := range pods.Items {
		if t := trouble(&pods.Items[i]); t != "" && metav1.IsControlledBy(&pods.Items[i], workload) {
			return ", pod " + pods.Items[i].Name + ": " + t
		}
	}
	return ""
}

// trouble says why a pod does not get ready, if it is more than a matter of time.
func trouble(p *corev1.Pod) string {
	for _, c := range p.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse {
			return c.Reason + ": " + c.Message
		}
	}
	for _, c := range append(p.Status.InitContainerStatuses, p.Status.ContainerStatuses...) {
		if w := c.State.Waiting; w != nil && w.Reason != "" && w.Reason != "ContainerCreating" && w.Reason != "PodInitializing" {
			return strings.TrimSuffix(w.Reason+": "+w.Message, ": ")
		}
		if t := c.State.Terminated; t != nil && t.ExitCode != 0 {
			return strings.TrimSuffix(fmt.Sprintf("container %s exited with %d: %s", c.Name, t.ExitCode, strings.TrimSpace(t.Message)), ": ")
		}
	}
	return ""
}
