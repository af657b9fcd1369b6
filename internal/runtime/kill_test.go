package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	k8sruntime "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/yaml"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// errKilled is what a killed controller gets for every further write.
var errKilled = errors.New("killed")

// executioner counts the writes of a controller from the moment it is armed, and kills it when those that it has left are
// used up.
type executioner struct {
	mu     sync.Mutex
	armed  bool
	left   int // negative: any number
	writes int
	killed chan struct{}
}

func (x *executioner) arm(left int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.armed, x.left, x.killed = true, left, make(chan struct{})
}

func (x *executioner) written() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.writes
}

// may does a write, unless the controller is dead.
func (x *executioner) may(write func() error) error {
	x.mu.Lock()
	if x.armed && x.left == 0 {
		select {
		case <-x.killed:
		default:
			close(x.killed)
		}
		x.mu.Unlock()
		return errKilled
	}
	if x.armed {
		x.writes++
		x.left--
	}
	x.mu.Unlock()
	return write()
}

// watch stands between a controller and the API server.
func (x *executioner) watch(c client.WithWatch) client.Client {
	return interceptor.NewClient(c, interceptor.Funcs{
		Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
			return x.may(func() error { return c.Create(ctx, o, opts...) })
		},
		Patch: func(ctx context.Context, c client.WithWatch, o client.Object, p client.Patch, opts ...client.PatchOption) error {
			return x.may(func() error { return c.Patch(ctx, o, p, opts...) })
		},
		Delete: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.DeleteOption) error {
			return x.may(func() error { return c.Delete(ctx, o, opts...) })
		},
		Apply: func(ctx context.Context, c client.WithWatch, o k8sruntime.ApplyConfiguration, opts ...client.ApplyOption) error {
			return x.may(func() error { return c.Apply(ctx, o, opts...) })
		},
		SubResourcePatch: func(ctx context.Context, c client.Client, sub string, o client.Object, p client.Patch, opts ...client.SubResourcePatchOption) error {
			return x.may(func() error { return c.SubResource(sub).Patch(ctx, o, p, opts...) })
		},
	})
}

// ordeal is something that an Instance, called a, goes through.
type ordeal struct {
	version, params string
	// deployed says that the Instance is deployed before the ordeal begins.
	deployed bool
	begin    func(k *cluster, inst *v1alpha1.Instance)
	// over says what is missing until the ordeal is over.
	over func(ctx context.Context, k *cluster, inst *v1alpha1.Instance) error
}

func isDeployed(ctx context.Context, k *cluster, inst *v1alpha1.Instance) error {
	if err := k.c.Get(ctx, client.ObjectKeyFromObject(inst), inst); err != nil {
		return err
	}
	for _, c := range inst.Status.Conditions {
		if c.Type == v1alpha1.ConditionReady && c.ObservedGeneration == inst.Generation && c.Reason == v1alpha1.ReasonDeployed {
			return nil
		}
	}
	return fmt.Errorf("it is %v", inst.Status.Conditions)
}

var ordeals = map[string]ordeal{
	"a deploy": {
		version: "shop-1.0.0", params: `{"replicas": 2}`,
		begin: func(*cluster, *v1alpha1.Instance) {}, over: isDeployed,
	},
	"an update with something to prune": {
		version: "shop-1.0.0", params: `{"extra": true}`, deployed: true,
		begin: func(k *cluster, inst *v1alpha1.Instance) { k.change(inst, `{"extra": false, "greeting": "bye"}`) }, over: isDeployed,
	},
	"an upgrade": {
		version: "tidy-1.0.0", deployed: true,
		begin: func(k *cluster, inst *v1alpha1.Instance) { k.merge(inst, `{"spec":{"frameworkVersion":"tidy-1.1.0"}}`) }, over: isDeployed,
	},
	"a plan that runs a Job": {
		version: "shop-1.0.0", deployed: true,
		begin: func(k *cluster, _ *v1alpha1.Instance) { k.executionNamed("again", "a", "rerun") },
		over: func(ctx context.Context, k *cluster, inst *v1alpha1.Instance) error {
			e := &v1alpha1.PlanExecution{}
			if err := k.c.Get(ctx, client.ObjectKey{Namespace: k.namespace, Name: "again"}, e); err != nil {
				return err
			}
			if !e.Status.State.Terminal() {
				return fmt.Errorf("it is %s: %s", e.Status.State, e.Status.Message)
			}
			return isDeployed(ctx, k, inst)
		},
	},
	"a deletion": {
		version: "tidy-1.0.0", deployed: true,
		begin: func(k *cluster, inst *v1alpha1.Instance) {
			if err := k.c.Delete(k.t.Context(), inst); err != nil {
				k.t.Fatal(err)
			}
		},
		over: func(ctx context.Context, k *cluster, inst *v1alpha1.Instance) error {
			if err := k.c.Get(ctx, client.ObjectKeyFromObject(inst), inst); !apierrors.IsNotFound(err) {
				return fmt.Errorf("it is there: %w", err)
			}
			return nil
		},
	},
}

// executionNamed makes a PlanExecution of a known name.
func (k *cluster) executionNamed(name, inst, plan string) *v1alpha1.PlanExecution {
	k.t.Helper()
	e := &v1alpha1.PlanExecution{Spec: v1alpha1.PlanExecutionSpec{Instance: inst, Plan: plan}}
	e.Namespace, e.Name = k.namespace, name
	if err := k.c.Create(k.t.Context(), e); err != nil {
		k.t.Fatal(err)
	}
	return e
}

// outcome is what an ordeal leaves: the objects without what differs from run to run, and the number of Jobs made.
type outcome struct {
	objects string
	jobs    int
	writes  int
	killed  bool
}

// suffer goes through an ordeal with a controller that is killed after a number of writes and replaced; negative: never.
func (o ordeal) suffer(t *testing.T, writes int) outcome {
	k := connect(t)
	x := &executioner{}
	if !o.deployed {
		x.arm(writes)
	}
	stop := k.start(x.watch)
	inst := k.instanceOf(o.version, "a", o.params)
	if o.deployed {
		k.eventually("it is deployed", func(ctx context.Context) error { return isDeployed(ctx, k, inst) })
		x.arm(writes)
	}
	o.begin(k, inst)
	out := outcome{}
	k.eventually("the ordeal is over or the controller is dead", func(ctx context.Context) error {
		select {
		case <-x.killed:
			out.killed = true
			return nil
		default:
			return o.over(ctx, k, inst)
		}
	})
	if out.killed {
		stop()
		k.start(nil)
		k.eventually("the ordeal is over", func(ctx context.Context) error { return o.over(ctx, k, inst) })
	}
	out.objects, out.jobs, out.writes = k.snapshot(), k.jobsMade("a-"), x.written()
	return out
}

func TestNothingIsLostOrDoneTwiceByAControllerThatIsKilledAfterAnyWrite(t *testing.T) {
	c, y := newChaos(t), &tally{}
	t.Cleanup(func() { y.report(t, c) })
	for name, o := range ordeals {
		t.Run(name, func(t *testing.T) {
			want := o.suffer(t, -1)
			y.plans.Add(1)
			step := 1
			if !c.full {
				step = 4
			}
			for n := int(c.seed) % step; n < want.writes; n += step {
				t.Run(fmt.Sprintf("after %d of %d writes", n, want.writes), func(t *testing.T) {
					y.wrong.Add(1) // until it has ended well
					got := o.suffer(t, n)
					y.plans.Add(1)
					if got.killed {
						y.faults.Add(1)
					}
					if diff := cmp.Diff(want.objects, got.objects); diff != "" {
						t.Errorf("what it left (-undisturbed +killed):\n%s", diff)
					}
					if got.jobs != want.jobs {
						t.Errorf("%d Jobs were made, undisturbed %d", got.jobs, want.jobs)
					}
					if !t.Failed() {
						y.wrong.Add(-1)
					}
				})
			}
		})
	}
}

// kindsLeft are the kinds whose objects are compared, and whether their status is kudoc's.
var kindsLeft = []struct {
	schema.GroupVersionKind
	status bool
}{
	{v1alpha1.GroupVersion.WithKind("Instance"), true}, {v1alpha1.GroupVersion.WithKind("PlanExecution"), true},
	{corev1.SchemeGroupVersion.WithKind("ConfigMap"), false}, {schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "StatefulSet"}, false},
	{schema.GroupVersionKind{Group: "batch", Version: "v1", Kind: "Job"}, false},
}

// snapshot is what the namespace contains, without what differs from run to run. What is about to be collected as garbage
// is gone.
func (k *cluster) snapshot() string {
	k.t.Helper()
	var docs []string
	for _, kind := range kindsLeft {
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(kind.GroupVersionKind)
		if err := k.c.List(k.t.Context(), list, client.InNamespace(k.namespace)); err != nil {
			k.t.Fatal(err)
		}
		for i := range list.Items {
			o := &list.Items[i]
			if o.GetName() == "kube-root-ca.crt" || o.GetDeletionTimestamp() != nil || k.ownerless(o) {
				continue
			}
			if !kind.status {
				delete(o.Object, "status")
			}
			b, err := yaml.Marshal(timeless(o.Object))
			if err != nil {
				k.t.Fatal(err)
			}
			docs = append(docs, strings.ReplaceAll(string(b), k.namespace, "NAMESPACE"))
		}
	}
	return strings.Join(docs, "---\n")
}

// ownerless says whether an object belongs to an Instance that is gone.
func (k *cluster) ownerless(o client.Object) bool {
	for _, owner := range o.GetOwnerReferences() {
		inst := &v1alpha1.Instance{}
		err := k.c.Get(k.t.Context(), client.ObjectKey{Namespace: k.namespace, Name: owner.Name}, inst)
		if owner.Kind == "Instance" && apierrors.IsNotFound(err) {
			return true
		}
	}
	return false
}

// timeless takes out, at any depth, what differs from run to run.
func timeless(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, value := range v {
			switch key {
			case "uid", "resourceVersion", "creationTimestamp", "managedFields", "lastTransitionTime", "startedAt", "finishedAt", "execution", "fields", v1alpha1.AnnotationApplied:
			default:
				out[key] = timeless(value)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = timeless(v[i])
		}
		return out
	}
	return v
}

// jobsMade counts the Jobs that ever existed with a prefix, by the events that the Job controller left.
func (k *cluster) jobsMade(prefix string) int {
	k.t.Helper()
	if k.made != nil {
		return k.made(prefix)
	}
	time.Sleep(300 * time.Millisecond) // events come after the fact
	var list corev1.EventList
	if err := k.c.List(k.t.Context(), &list, client.InNamespace(k.namespace)); err != nil {
		k.t.Fatal(err)
	}
	uids := map[string]bool{}
	for _, e := range list.Items {
		if e.InvolvedObject.Kind == "Job" && strings.HasPrefix(e.InvolvedObject.Name, prefix) {
			uids[string(e.InvolvedObject.UID)] = true
		}
	}
	return len(uids)
}
