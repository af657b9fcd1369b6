package compile

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/internal/clustertest"
	"github.com/kudoc/kudoc/internal/kinds"
	"github.com/kudoc/kudoc/internal/render"
)

// connect finds the sandbox.
func connect(t *testing.T) (*rest.Config, client.Client) {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := errors.Join(apiextensionsv1.AddToScheme(scheme), admissionv1.AddToScheme(scheme)); err != nil {
		t.Fatal(err)
	}
	return clustertest.Connect(t, clustertest.Kubeconfig(t), scheme)
}

// TestEveryKindOfAnAPIServerHasThePluralThatIsGuessed compares with all that one serves.
func TestEveryKindOfAnAPIServerHasThePluralThatIsGuessed(t *testing.T) {
	cfg, _ := connect(t)
	c, err := discovery.NewDiscoveryClientForConfig(cfg)
	if err != nil {
		t.Fatal(err)
	}
	_, lists, err := c.ServerGroupsAndResources()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, l := range lists {
		for _, r := range l.APIResources {
			if strings.Contains(r.Name, "/") {
				continue
			}
			if n++; kinds.Resource(r.Kind) != r.Name {
				t.Errorf("%s %s: got %s, want %s", l.GroupVersion, r.Kind, kinds.Resource(r.Kind), r.Name)
			}
		}
	}
	if n < 50 {
		t.Errorf("the API server serves %d kinds only", n)
	}
}

// TestAPIServersTakeWhatIsEmitted asks one to: it checks defaults and compiles the rules of schemas and policies.
func TestAPIServersTakeWhatIsEmitted(t *testing.T) {
	_, c := connect(t)
	for name, r := range results(t) {
		for _, o := range []client.Object{things(r.Schema), r.Policy, r.Binding} {
			if err := c.Create(t.Context(), o, client.DryRunAll); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// TestTheSchemaNeverRefusesWhatTheControllerAccepts makes things of the wide framework's parameters.
func TestTheSchemaNeverRefusesWhatTheControllerAccepts(t *testing.T) {
	_, c := connect(t)
	r := results(t)["wide"]
	program, err := render.Load(&r.Version.Spec)
	if err != nil {
		t.Fatal(err)
	}
	def := things(r.Schema)
	if err := c.Create(t.Context(), def); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Delete(t.Context(), def); err != nil {
			t.Error(err)
		}
	}()
	post := func(given map[string]any) error {
		u := &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "schema.kudoc.dev/v1", "kind": "Thing", "metadata": map[string]any{"name": "a", "namespace": "default"}, "spec": runtime.DeepCopyJSON(given),
		}}
		return c.Create(t.Context(), u, client.DryRunAll)
	}
	var accepted, both, left int
	for _, given := range someParameters(t, r, 1500) {
		err := post(given)
		for i := 0; i < 300 && err != nil && (meta.IsNoMatchError(err) || apierrors.IsNotFound(err)); i++ { // it is not served yet
			time.Sleep(100 * time.Millisecond)
			err = post(given)
		}
		if err != nil && !apierrors.IsInvalid(err) {
			t.Fatal(err)
		}
		_, wrong := program.Params(given)
		switch {
		case wrong == nil && err != nil:
			b, _ := json.Marshal(given)
			t.Errorf("the schema refuses %s, which the controller accepts: %v", b, err)
		case wrong == nil:
			accepted++
		case err != nil:
			both++
		default:
			left++
		}
	}
	t.Logf("%d inputs accepted, %d refused by both, %d by the controller only", accepted, both, left)
}
