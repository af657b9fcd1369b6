package runtime_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	"sigs.k8s.io/yaml"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/render"
)

const (
	quartets = 200
	workers  = 10 // as many as kudoc-controller has by default
)

// BenchmarkDeploy deploys 200 Instances of four objects each. Beside that it applies 800 such objects in a loop with the same
// client settings: one after the other, and as many at once as the controller has workers. A deploy has succeeded when its
// objects are healthy, so the loop is timed twice: until all is applied, and until all Deployments are available.
func BenchmarkDeploy(b *testing.B) {
	took := map[string]time.Duration{}
	for range b.N {
		applied, _ := applyQuartets(b, 1)
		took["applied-singly"] += applied
		applied, ready := applyQuartets(b, workers)
		took["applied"] += applied
		took["ready"] += ready
		took["deployed"] += deployQuartets(b)
	}
	for name, d := range took {
		b.ReportMetric(float64(d.Milliseconds())/float64(b.N)/quartets, "ms/"+name)
		if name != "deployed" {
			b.ReportMetric(float64(took["deployed"])/float64(d), "deployed/"+name)
		}
	}
}

// applyQuartets is the loop, with a number of requests at once.
func applyQuartets(b *testing.B, atOnce int) (applied, ready time.Duration) {
	k := connect(b)
	objects := k.quartets()
	work := make(chan []*unstructured.Unstructured)
	var all sync.WaitGroup
	begin := time.Now()
	for range atOnce {
		all.Go(func() {
			for group := range work {
				for _, u := range group {
					if err := k.c.Apply(b.Context(), client.ApplyConfigurationFromUnstructured(u), client.FieldOwner("loop")); err != nil {
						b.Error(err)
					}
				}
			}
		})
	}
	for _, group := range objects {
		work <- group
	}
	close(work)
	all.Wait()
	applied = time.Since(begin)
	for available := 0; available < quartets; {
		time.Sleep(250 * time.Millisecond)
		var list appsv1.DeploymentList
		if err := k.c.List(b.Context(), &list, client.InNamespace(k.namespace)); err != nil {
			b.Fatal(err)
		}
		available = 0
		for i := range list.Items {
			available += int(list.Items[i].Status.AvailableReplicas)
		}
	}
	ready = time.Since(begin)
	k.empty()
	return applied, ready
}

// quartets renders what the loop applies.
func (k *cluster) quartets() [][]*unstructured.Unstructured {
	data, err := os.ReadFile("testdata/quartet.yaml")
	if err != nil {
		k.t.Fatal(err)
	}
	v := &v1alpha1.FrameworkVersion{}
	if err := yaml.UnmarshalStrict(data, v); err != nil {
		k.t.Fatal(err)
	}
	program, err := render.Load(&v.Spec)
	if err != nil {
		k.t.Fatal(err)
	}
	out := make([][]*unstructured.Unstructured, quartets)
	for i := range out {
		name := fmt.Sprintf("q%d", i)
		objects, err := program.Objects("all", render.Inputs{Params: map[string]any{"replicas": int64(1)}, Instance: render.InstanceInfo{Name: name, Namespace: k.namespace}})
		if err != nil {
			k.t.Fatal(err)
		}
		for _, o := range objects {
			u := &unstructured.Unstructured{Object: o.Manifest}
			u.SetNamespace(k.namespace)
			out[i] = append(out[i], u)
		}
	}
	return out
}

// deployQuartets makes the Instances and waits until all their deploys have succeeded.
func deployQuartets(b *testing.B) time.Duration {
	k := connect(b)
	stop := k.run(replica{now: time.Now, workers: workers})
	before, requests := succeeded(b), counted(b, "rest_client_requests_total")
	begin := time.Now()
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := w; i < quartets; i += workers {
				inst := &v1alpha1.Instance{Spec: v1alpha1.InstanceSpec{FrameworkVersion: "quartet-1.0.0"}}
				inst.Namespace, inst.Name = k.namespace, fmt.Sprintf("q%d", i)
				if err := k.c.Create(b.Context(), inst); err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
	k.eventually("all are deployed", func(context.Context) error {
		if n := succeeded(b) - before; n < quartets {
			return fmt.Errorf("%d of %d are", n, quartets)
		}
		return nil
	})
	took := time.Since(begin)
	b.ReportMetric(float64(counted(b, "rest_client_requests_total")-requests)/quartets-1, "requests/instance")
	stop()
	k.letInstancesGo()
	k.empty()
	return took
}

// succeeded is how many plans of quartets have ended in this process, all of them well.
func succeeded(b *testing.B) int { return counted(b, "kudoc_plan_executions_total") }

// counted adds up the counters of a name.
func counted(b *testing.B, name string) int {
	families, err := metrics.Registry.Gather()
	if err != nil {
		b.Fatal(err)
	}
	n := 0.0
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			n += m.GetCounter().GetValue()
		}
	}
	return int(n)
}

// empty deletes the namespace and waits until it is gone, so that its end disturbs no other measurement.
func (k *cluster) empty() {
	ns := &unstructured.Unstructured{}
	ns.SetAPIVersion("v1")
	ns.SetKind("Namespace")
	ns.SetName(k.namespace)
	if err := k.c.Delete(context.Background(), ns); err != nil {
		k.t.Fatal(err)
	}
	k.gone(ns)
}
