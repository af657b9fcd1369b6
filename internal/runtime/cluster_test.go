package runtime_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	k8sruntime "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/yaml"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/clustertest"
	"github.com/kudoc/kudoc/internal/runtime"
)

// patience bounds every wait of these tests: a plan takes a second or two on the sandbox, more on a busy machine.
const patience = 120 * time.Second

// cluster is the API server of the sandbox, shared by all tests; each test has a namespace of its own.
type cluster struct {
	t         testing.TB
	cfg       *rest.Config
	c         client.Client
	namespace string
	// made counts the Jobs that ever existed with a prefix; by their events, if it is nil.
	made func(prefix string) int
}

var discardLogs = sync.OnceFunc(func() { ctrl.SetLogger(logr.Discard()) })

// connect finds the sandbox. Where KUDOC_REQUIRE_CLUSTER is set, its absence fails the test.
func connect(t testing.TB) *cluster {
	t.Helper()
	if test, ok := t.(*testing.T); ok {
		test.Parallel()
	}
	return connectTo(t, clustertest.Kubeconfig(t))
}

// connectTo prepares the cluster of a kubeconfig for a test.
func connectTo(t testing.TB, path string) *cluster {
	t.Helper()
	discardLogs()
	cfg, c := clustertest.Connect(t, path, clustertest.Scheme(t))
	k := &cluster{t: t, cfg: cfg, c: c}
	k.install()
	k.makeNamespace()
	return k
}

// install makes the kinds and the framework version, unless another test has.
func (k *cluster) install() {
	k.t.Helper()
	clustertest.InstallKinds(k.t, k.c)
	var docs []string
	for _, name := range []string{"shop", "quartet", "foreign"} {
		b, err := os.ReadFile("testdata/" + name + ".yaml")
		if err != nil {
			k.t.Fatal(err)
		}
		docs = append(docs, strings.Split(string(b), "\n---\n")...)
	}
	for _, doc := range docs {
		k.eventually("the kinds are served", func(ctx context.Context) error {
			var v v1alpha1.FrameworkVersion
			if err := yaml.UnmarshalStrict([]byte(doc), &v); err != nil {
				k.t.Fatal(err)
			}
			return client.IgnoreAlreadyExists(k.c.Create(ctx, &v))
		})
	}
}

func (k *cluster) makeNamespace() {
	k.t.Helper()
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "test-"}}
	if err := k.c.Create(k.t.Context(), ns); err != nil {
		k.t.Fatal(err)
	}
	k.namespace = ns.Name
	k.t.Cleanup(func() {
		k.letInstancesGo()
		if err := k.c.Delete(context.Background(), ns); client.IgnoreNotFound(err) != nil {
			k.t.Log(err)
		}
	})
}

// letInstancesGo takes the finalizers off, because the controller of the test does not run any more.
func (k *cluster) letInstancesGo() {
	var list v1alpha1.InstanceList
	if err := k.c.List(context.Background(), &list, client.InNamespace(k.namespace)); err != nil {
		k.t.Log(err)
	}
	for i := range list.Items {
		patch := client.RawPatch("application/merge-patch+json", []byte(`{"metadata":{"finalizers":null}}`))
		if err := k.c.Patch(context.Background(), &list.Items[i], patch); client.IgnoreNotFound(err) != nil {
			k.t.Log(err)
		}
	}
}

// replica is a controller for the namespace of the test.
type replica struct {
	// wrap stands between the controller and the API server, if it is given.
	wrap    func(client.WithWatch) client.Client
	now     func() time.Time
	workers int
}

// start runs a controller until the returned function is called.
func (k *cluster) start(wrap func(client.WithWatch) client.Client) (stop func()) {
	k.t.Helper()
	return k.run(replica{wrap: wrap, now: time.Now, workers: 4})
}

func (k *cluster) run(r replica) (stop func()) {
	k.t.Helper()
	caches := runtime.CacheOptions()
	caches.DefaultNamespaces = map[string]cache.Config{k.namespace: {}}
	opts := manager.Options{
		Scheme: clustertest.Scheme(k.t), Cache: caches, Metrics: metricsserver.Options{BindAddress: "0"},
		Controller: config.Controller{SkipNameValidation: new(true)},
	}
	if r.wrap != nil {
		opts.NewClient = func(cfg *rest.Config, o client.Options) (client.Client, error) {
			c, err := client.NewWithWatch(cfg, o)
			if err != nil {
				return nil, err
			}
			return r.wrap(c), nil
		}
	}
	var mgr manager.Manager
	k.eventually("the controller starts", func(context.Context) (err error) { // a kubelet starts it again, too
		if mgr, err = ctrl.NewManager(k.cfg, opts); err != nil {
			return err
		}
		return runtime.SetupAt(mgr, r.workers, r.now)
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- mgr.Start(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			k.t.Errorf("controller: %v", err)
		}
	}
	k.t.Cleanup(stop)
	return stop
}

// eventually tries until check returns nil.
func (k *cluster) eventually(what string, check func(context.Context) error) {
	k.t.Helper()
	if !k.soon(what, check) {
		k.t.FailNow()
	}
}

// soon is eventually for goroutines: it says whether it came true.
func (k *cluster) soon(what string, check func(context.Context) error) bool {
	k.t.Helper()
	ctx, cancel := context.WithTimeout(k.t.Context(), patience)
	defer cancel()
	for {
		err := check(ctx)
		if err == nil {
			return true
		}
		select {
		case <-ctx.Done():
			k.t.Errorf("%s: not after %s: %v", what, patience, err)
			return false
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// gone waits until an object is not there any more.
func (k *cluster) gone(o client.Object) {
	k.t.Helper()
	k.eventually(o.GetName()+" is gone", func(ctx context.Context) error {
		err := k.c.Get(ctx, client.ObjectKeyFromObject(o), o)
		if apierrors.IsNotFound(err) {
			return nil
		}
		return fmt.Errorf("it is there: %w", err)
	})
}

// instance makes an Instance of the shop; params is JSON.
func (k *cluster) instance(name, params string) *v1alpha1.Instance {
	k.t.Helper()
	return k.instanceOf("shop-1.0.0", name, params)
}

func (k *cluster) instanceOf(version, name, params string) *v1alpha1.Instance {
	k.t.Helper()
	inst := &v1alpha1.Instance{Spec: v1alpha1.InstanceSpec{FrameworkVersion: version}}
	inst.Namespace, inst.Name = k.namespace, name
	if params != "" {
		inst.Spec.Parameters = &k8sruntime.RawExtension{Raw: []byte(params)}
	}
	if err := k.c.Create(k.t.Context(), inst); err != nil {
		k.t.Fatal(err)
	}
	return inst
}

// change sets the parameters of an Instance.
func (k *cluster) change(inst *v1alpha1.Instance, params string) {
	k.t.Helper()
	patch := client.RawPatch("application/merge-patch+json", fmt.Appendf(nil, `{"spec":{"parameters":%s}}`, params))
	if err := k.c.Patch(k.t.Context(), inst, patch); err != nil {
		k.t.Fatal(err)
	}
}

// settled waits until the Ready condition of the newest spec has a status and a reason.
func (k *cluster) settled(inst *v1alpha1.Instance, status metav1.ConditionStatus, reason string) metav1.Condition {
	k.t.Helper()
	var got metav1.Condition
	k.eventually(fmt.Sprintf("%s is %s=%s", inst.Name, reason, status), func(ctx context.Context) error {
		if err := k.c.Get(ctx, client.ObjectKeyFromObject(inst), inst); err != nil {
			return err
		}
		for _, c := range inst.Status.Conditions {
			if c.Type == v1alpha1.ConditionReady && c.ObservedGeneration == inst.Generation {
				if got = c; c.Status == status && c.Reason == reason {
					return nil
				}
			}
		}
		return fmt.Errorf("it is %s: %s (%s)", got.Status, got.Reason, got.Message)
	})
	return got
}

// execution makes a PlanExecution as a person would.
func (k *cluster) execution(inst, plan, params string) *v1alpha1.PlanExecution {
	k.t.Helper()
	e := &v1alpha1.PlanExecution{Spec: v1alpha1.PlanExecutionSpec{Instance: inst, Plan: plan}}
	e.Namespace, e.GenerateName = k.namespace, inst+"-"+plan+"-"
	if params != "" {
		e.Spec.Parameters = &k8sruntime.RawExtension{Raw: []byte(params)}
	}
	if err := k.c.Create(k.t.Context(), e); err != nil {
		k.t.Fatal(err)
	}
	return e
}

// reaches waits until an execution is in a state.
func (k *cluster) reaches(e *v1alpha1.PlanExecution, want v1alpha1.State) {
	k.t.Helper()
	k.eventually(fmt.Sprintf("execution %s is %s", e.Name, want), func(ctx context.Context) error {
		if err := k.c.Get(ctx, client.ObjectKeyFromObject(e), e); err != nil {
			return err
		}
		if e.Status.State != want {
			return fmt.Errorf("it is %s: %s: %s", e.Status.State, e.Status.Reason, e.Status.Message)
		}
		return nil
	})
}

// plans lists the executions of an instance as plan:state, oldest first.
func (k *cluster) plans(inst string) []string {
	k.t.Helper()
	var list v1alpha1.PlanExecutionList
	if err := k.c.List(k.t.Context(), &list, client.InNamespace(k.namespace)); err != nil {
		k.t.Fatal(err)
	}
	var out []string
	for _, e := range list.Items {
		if e.Spec.Instance == inst {
			out = append(out, e.Spec.Plan+":"+string(e.Status.State))
		}
	}
	return out
}

// configMap reads a ConfigMap, or nil.
func (k *cluster) configMap(name string) *corev1.ConfigMap {
	k.t.Helper()
	var cm corev1.ConfigMap
	err := k.c.Get(k.t.Context(), client.ObjectKey{Namespace: k.namespace, Name: name}, &cm)
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		k.t.Fatal(err)
	}
	return &cm
}
