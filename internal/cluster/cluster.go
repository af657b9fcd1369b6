// Package cluster finds the cluster that a command is for, and says in words of people why it cannot be asked.
package cluster

import (
	"errors"
	"fmt"
	"net/url"
	"os"

	"github.com/spf13/pflag"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	k8sruntime "k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// Options say which cluster, and which namespace of it.
type Options struct{ kubeconfig, context, namespace, agent string }

// AddClusterFlags adds those that say which cluster. agent is how requests name who sends them.
func (o *Options) AddClusterFlags(f *pflag.FlagSet, agent string) {
	o.agent = agent
	f.StringVar(&o.kubeconfig, "kubeconfig", "", "path of the kubeconfig")
	f.StringVar(&o.context, "context", "", "context of the kubeconfig")
}

// AddFlags adds those, and the one that says which namespace.
func (o *Options) AddFlags(f *pflag.FlagSet, agent string) {
	o.AddClusterFlags(f, agent)
	f.StringVarP(&o.namespace, "namespace", "n", "", "namespace; by default that of the context")
}

// config finds the cluster, and resolves the namespace.
func (o *Options) config() (*rest.Config, string, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = o.kubeconfig
	loader := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{CurrentContext: o.context})
	cfg, err := loader.ClientConfig()
	if err != nil {
		if clientcmd.IsEmptyConfig(err) {
			return nil, "", noKubeconfig(os.Getenv(clientcmd.RecommendedConfigPathEnvVar))
		}
		return nil, "", fmt.Errorf("read kubeconfig: %w", err)
	}
	cfg.QPS = -1 // a person's commands are few; the API server has limits of its own
	cfg.UserAgent = o.agent
	namespace := o.namespace
	if namespace == "" {
		if namespace, _, err = loader.Namespace(); err != nil {
			return nil, "", fmt.Errorf("read kubeconfig: %w", err)
		}
	}
	return cfg, namespace, nil
}

// Connect makes the client of a command, and resolves the namespace.
func (o *Options) Connect() (client.Client, string, error) {
	cfg, namespace, err := o.config()
	if err != nil {
		return nil, "", err
	}
	scheme := k8sruntime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), apiextensionsv1.AddToScheme(scheme), v1alpha1.AddToScheme(scheme)); err != nil {
		return nil, "", fmt.Errorf("register kinds: %w", err)
	}
	c, err := client.New(cfg, client.Options{Scheme: scheme})
	if err != nil {
		return nil, "", fmt.Errorf("connect to the cluster: %w", err)
	}
	return c, namespace, nil
}

// noKubeconfig says why there is none. Of files that are named and do not exist, Kubernetes says nothing.
func noKubeconfig(named string) error {
	if named == "" {
		return errors.New("there is no kubeconfig: set KUBECONFIG or --kubeconfig")
	}
	return fmt.Errorf("KUBECONFIG names %s, which does not exist or is empty", named)
}

// Reached turns the absence of an answer into advice.
func Reached(err error) error {
	var request *url.Error
	switch {
	case apierrors.IsUnauthorized(err):
		return errors.New("the cluster does not accept the credentials of the kubeconfig: log in again, or name another one with --kubeconfig or --context")
	case errors.As(err, &request):
		server := request.URL
		if u, err := url.Parse(request.URL); err == nil {
			server = u.Scheme + "://" + u.Host
		}
		return fmt.Errorf("cannot reach the cluster at %s: %w; is that the one? --kubeconfig and --context name another", server, request.Err)
	}
	return err
}

// Installed turns the absence of kudoc's kinds into advice.
func Installed(err error) error {
	if meta.IsNoMatchError(err) {
		return errors.New("kudoc is not installed in this cluster: run 'kudoc install'")
	}
	return err
}

// absentError says where an instance was looked for.
type absentError struct {
	key client.ObjectKey
	err error
}

func (e *absentError) Error() string {
	return fmt.Sprintf("there is no instance %q in namespace %q", e.key.Name, e.key.Namespace)
}
func (e *absentError) Unwrap() error { return e.err }

// NotFound says where an Instance was looked for that is not there; other errors stay what they are.
func NotFound(err error, key client.ObjectKey) error {
	if apierrors.IsNotFound(err) {
		return &absentError{key, err}
	}
	return Installed(err)
}
