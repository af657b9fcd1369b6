// Package clustertest prepares the API server that tests run against: the sandbox's, which make test starts. It is for tests only.
package clustertest

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/api/v1alpha1/crd"
)

// Kubeconfig is that of the sandbox. Without one the test is skipped, or fails where KUDOC_REQUIRE_CLUSTER is set.
func Kubeconfig(t testing.TB) string {
	t.Helper()
	path := os.Getenv("KUDOC_TEST_KUBECONFIG")
	if path == "" && os.Getenv("KUDOC_REQUIRE_CLUSTER") != "" {
		t.Fatal("KUDOC_REQUIRE_CLUSTER is set, but KUDOC_TEST_KUBECONFIG names no cluster")
	}
	if path == "" {
		t.Skip("needs the API server of the sandbox: run 'make test'")
	}
	return path
}

// Connect makes a client that nothing slows down.
func Connect(t testing.TB, kubeconfig string, scheme *runtime.Scheme) (*rest.Config, client.Client) {
	t.Helper()
	cfg, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	cfg.QPS = -1
	c, err := client.New(cfg, client.Options{Scheme: scheme})
	if err != nil {
		t.Fatal(err)
	}
	return cfg, c
}

// Scheme knows Kubernetes' own kinds, and kudoc's.
func Scheme(t testing.TB) *runtime.Scheme {
	t.Helper()
	s := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(s), apiextensionsv1.AddToScheme(s), v1alpha1.AddToScheme(s)); err != nil {
		t.Fatal(err)
	}
	return s
}

// InstallKinds makes kudoc's kinds, unless another test has, and returns them. It takes a moment until they are served.
func InstallKinds(t testing.TB, c client.Client) []apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	names, err := fs.Glob(crd.Files, "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defs := make([]apiextensionsv1.CustomResourceDefinition, len(names))
	for i, name := range names {
		data, err := crd.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.UnmarshalStrict(data, &defs[i]); err != nil {
			t.Fatal(err)
		}
		if err := c.Create(t.Context(), &defs[i]); client.IgnoreAlreadyExists(err) != nil {
			t.Fatal(err)
		}
	}
	return defs
}

// Namespace makes a namespace whose name begins with a prefix, and deletes it at the end of the test.
func Namespace(t testing.TB, c client.Client, prefix string) string {
	t.Helper()
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: prefix}}
	if err := c.Create(t.Context(), ns); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Delete(context.Background(), ns); client.IgnoreNotFound(err) != nil {
			t.Log(err)
		}
	})
	return ns.Name
}
