package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// takeover is how long nobody works after a leader was killed: its lease lasts 15 s, and the others look every 2.
const takeover = 20 * time.Second

// leader waits for a leader that is not the given one.
func leader(t *testing.T, c client.Client, ns, not string) (who string, since time.Time) {
	t.Helper()
	eventually(t, "a leader", func(ctx context.Context) error {
		var lease coordinationv1.Lease
		if err := c.Get(ctx, client.ObjectKey{Namespace: ns, Name: "kudoc-controller.kudoc.dev"}, &lease); err != nil {
			return err
		}
		if lease.Spec.HolderIdentity == nil || *lease.Spec.HolderIdentity == "" || *lease.Spec.HolderIdentity == not {
			return fmt.Errorf("the holder is %v", lease.Spec.HolderIdentity)
		}
		who, since = *lease.Spec.HolderIdentity, lease.Spec.AcquireTime.Time
		return nil
	})
	return who, since
}

// gated makes an Instance a whose deploy runs a Job once its gate has been opened.
func gated(t *testing.T, c client.Client, ns string) {
	t.Helper()
	data, err := os.ReadFile("../../internal/runtime/testdata/gated.yaml")
	if err != nil {
		t.Fatal(err)
	}
	v := &v1alpha1.FrameworkVersion{}
	if err := yaml.UnmarshalStrict(data, v); err != nil {
		t.Fatal(err)
	}
	v.Spec.Framework = "gated-" + ns
	v.Name = v.Spec.Framework + "-" + v.Spec.Version
	eventually(t, "the version is there", func(ctx context.Context) error {
		return client.IgnoreAlreadyExists(c.Create(ctx, v.DeepCopy()))
	})
	inst := &v1alpha1.Instance{Spec: v1alpha1.InstanceSpec{FrameworkVersion: v.Name}}
	inst.Namespace, inst.Name = ns, "a"
	if err := c.Create(t.Context(), inst); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // the controllers are gone by now
		none := client.RawPatch("application/merge-patch+json", []byte(`{"metadata":{"finalizers":null}}`))
		if err := errors.Join(c.Patch(context.Background(), inst, none), c.Delete(context.Background(), v)); err != nil {
			t.Log(err)
		}
	})
}

// deploys waits until the deploy of a says something.
func deploys(t *testing.T, c client.Client, ns string, state v1alpha1.State, message string) {
	t.Helper()
	eventually(t, fmt.Sprintf("the deploy is %s: %s", state, message), func(ctx context.Context) error {
		e := &v1alpha1.PlanExecution{}
		if err := c.Get(ctx, client.ObjectKey{Namespace: ns, Name: "a-deploy-1"}, e); err != nil {
			return err
		}
		if e.Status.State != state || !strings.Contains(e.Status.Message, message) {
			return fmt.Errorf("it is %s: %s", e.Status.State, e.Status.Message)
		}
		return nil
	})
}

func TestALeaderThatIsKilledInTheMiddleOfAPlanIsReplacedAndNothingIsDoneTwice(t *testing.T) {
	kubeconfig, c := connect(t)
	ns := namespace(t, c)
	gated(t, c, ns)
	args := []string{"--kubeconfig", kubeconfig, "--watch-namespace", ns, "--leader-elect", "--leader-elect-namespace", ns}
	process := startProcess(t, args...)
	first, _ := leader(t, c, ns, "")
	startProcess(t, args...)
	deploys(t, c, ns, v1alpha1.Running, "a-gate")
	gate := &corev1.ConfigMap{}
	gate.Namespace, gate.Name = ns, "a-gate"
	if err := c.Patch(t.Context(), gate, client.RawPatch("application/merge-patch+json", []byte(`{"data":{"open":"yes"}}`))); err != nil {
		t.Fatal(err)
	}
	deploys(t, c, ns, v1alpha1.Running, "Job/"+ns+"/a-work")
	if err := process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	killed := time.Now()
	second, since := leader(t, c, ns, first)
	deploys(t, c, ns, v1alpha1.Succeeded, "")
	if gap := since.Sub(killed); gap > takeover {
		t.Errorf("%s took over after %s, want at most %s", second, gap, takeover)
	} else {
		t.Logf("chaos: the other replica leads %s after the kill", gap.Round(time.Second))
	}
	var list corev1.EventList
	if err := c.List(t.Context(), &list, client.InNamespace(ns)); err != nil {
		t.Fatal(err)
	}
	jobs := map[string]bool{}
	for _, e := range list.Items {
		if e.InvolvedObject.Kind == "Job" {
			jobs[string(e.InvolvedObject.UID)] = true
		}
	}
	if len(jobs) != 1 {
		t.Errorf("%d Jobs were made, want 1", len(jobs))
	}
}
