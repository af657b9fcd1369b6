// Package health says how far the objects of a task are.
package health

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/runtime/object"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

// Worse picks the observation that decides for the whole task: a broken object before an absent one, an absent one before
// one that is waited for.
func Worse(a, b plan.Observation) plan.Observation {
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

// Judge compares an object with what the task wants of it. live is nil if there is no such object.
func Judge(kind v1alpha1.TaskKind, want, live *unstructured.Unstructured, ours bool) plan.Observation {
	if kind == v1alpha1.TaskPatch || kind == v1alpha1.TaskWait {
		return judgeForeign(kind, want, live)
	}
	if live == nil {
		if kind == v1alpha1.TaskDelete {
			return plan.Observation{Progress: plan.Done}
		}
		return plan.Observation{Progress: plan.Absent}
	}
	if !ours {
		why := object.Foreign(want.GetLabels()[v1alpha1.LabelInstance])
		if kind == v1alpha1.TaskDelete {
			why = object.NotDeleted
		}
		return plan.Observation{Progress: plan.Broken, Message: object.Display(live) + ": " + why}
	}
	if live.GetDeletionTimestamp() != nil {
		return plan.Observation{Progress: plan.Waiting, Message: fmt.Sprintf("waiting for %s to be gone", object.Display(live))}
	}
	if kind == v1alpha1.TaskDelete || live.GetAnnotations()[v1alpha1.AnnotationApplied] != want.GetAnnotations()[v1alpha1.AnnotationApplied] {
		return plan.Observation{Progress: plan.Absent}
	}
	o := Of(live)
	if kind == v1alpha1.TaskRun && o.Progress == plan.Done {
		o = plan.Observation{Progress: plan.Completed, Message: "removing " + object.Display(live) + ", which has completed"}
	}
	return o
}

// judgeForeign compares an object of others with what a Patch task sets of it, or with nothing.
func judgeForeign(kind v1alpha1.TaskKind, want, live *unstructured.Unstructured) plan.Observation {
	switch {
	case live == nil:
		return plan.Observation{Progress: plan.Waiting, Message: fmt.Sprintf("waiting for %s, which is not there", object.Display(want))}
	case live.GetDeletionTimestamp() != nil:
		return plan.Observation{Progress: plan.Waiting, Message: fmt.Sprintf("waiting for %s, which is being deleted", object.Display(live))}
	case kind == v1alpha1.TaskPatch && !holds(live.Object, want.Object):
		return plan.Observation{Progress: plan.Absent}
	}
	return Of(live)
}

// holds says whether a value has all that another one has. Lists have it in the same order, if anywhere.
func holds(live, want any) bool {
	switch w := want.(type) {
	case map[string]any:
		l, ok := live.(map[string]any)
		for k, v := range w {
			ok = ok && holds(l[k], v)
		}
		return ok
	case []any:
		l, ok := live.([]any)
		for _, v := range w {
			i := slices.IndexFunc(l, func(x any) bool { return holds(x, v) })
			if ok = ok && i >= 0; ok {
				l = l[i+1:]
			}
		}
		return ok
	}
	return equality.Semantic.DeepEqual(live, want)
}

// Of says whether an object is as it should be, by kstatus, except where what kstatus calls current is not enough
// for a plan to go on, or more than it can wait for.
func Of(u *unstructured.Unstructured) plan.Observation {
	gk := u.GroupVersionKind().GroupKind()
	switch gk.String() {
	case "Job.batch":
		return jobHealth(u)
	case "Instance.kudoc.dev":
		return instanceHealth(u)
	case "Pod":
		switch phase, _, _ := unstructured.NestedString(u.Object, "status", "phase"); phase { // absent is empty
		case "Succeeded":
			return plan.Observation{Progress: plan.Done}
		case "Failed":
			return plan.Observation{Progress: plan.Broken, Message: object.Display(u) + " failed"}
		}
	case "PersistentVolumeClaim":
		// A claim of a class that binds for its first consumer stays Pending until a later step makes one.
		if phase, _, _ := unstructured.NestedString(u.Object, "status", "phase"); phase != "Lost" { // absent is empty
			return plan.Observation{Progress: plan.Done}
		}
		return plan.Observation{Progress: plan.Broken, Message: object.Display(u) + " has lost its volume"}
	}
	res, err := status.Compute(u)
	if err != nil {
		return plan.Observation{Progress: plan.Waiting, Message: fmt.Sprintf("waiting for %s: %v", object.Display(u), err)}
	}
	switch res.Status {
	case status.CurrentStatus:
		return plan.Observation{Progress: plan.Done}
	case status.FailedStatus:
		return plan.Observation{Progress: plan.Broken, Message: object.Display(u) + ": " + res.Message}
	case status.InProgressStatus, status.TerminatingStatus, status.NotFoundStatus, status.UnknownStatus:
	}
	return plan.Observation{Progress: plan.Waiting, Message: fmt.Sprintf("waiting for %s: %s", object.Display(u), because(u, res.Message))}
}

// instanceHealth is done when the spec of the Instance is in force.
func instanceHealth(u *unstructured.Unstructured) plan.Observation {
	seen, _, _ := unstructured.NestedInt64(u.Object, "status", "observedGeneration") // absent is 0
	conditions, _, _ := unstructured.NestedSlice(u.Object, "status", "conditions")   // absent is empty
	why := "has not been looked at"
	for _, c := range conditions {
		c, ok := c.(map[string]any)
		if !ok || c["type"] != v1alpha1.ConditionReady || seen != u.GetGeneration() {
			continue
		}
		if c["status"] == "True" {
			return plan.Observation{Progress: plan.Done}
		}
		why = fmt.Sprintf("%v: %v", c["reason"], c["message"])
	}
	return plan.Observation{Progress: plan.Waiting, Message: fmt.Sprintf("waiting for %s: %s", object.Display(u), why)}
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
			return plan.Observation{Progress: plan.Broken, Message: fmt.Sprintf("%s failed: %v: %v", object.Display(u), c["reason"], c["message"])}
		}
	}
	n, _, _ := unstructured.NestedInt64(u.Object, "status", "active") // absent is 0
	return plan.Observation{Progress: plan.Waiting, Message: fmt.Sprintf("waiting for %s to complete, pods active: %d", object.Display(u), n)}
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
		switch {
		case ready < want:
			return fmt.Sprintf("%d of %d replicas ready", ready, want)
		case ready > want:
			return fmt.Sprintf("%d replicas ready, %d wanted", ready, want)
		}
	}
	return message
}

// PodTrouble says what holds up the pods of a workload, or nothing.
func PodTrouble(ctx context.Context, objects client.Reader, workload *unstructured.Unstructured) string {
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

// What of the last words of a container is shown.
const (
	maxLines   = 5
	maxLetters = 400
)

// lastLines are the last lines of a text, as one.
func lastLines(text string) string {
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
	out := strings.Join(lines[max(0, len(lines)-maxLines):], "; ")
	if letters := []rune(out); len(letters) > maxLetters {
		out = "…" + string(letters[len(letters)-maxLetters:])
	}
	return out
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
			return strings.TrimSuffix(fmt.Sprintf("container %s exited with %d: %s", c.Name, t.ExitCode, lastLines(t.Message)), ": ")
		}
	}
	return ""
}
