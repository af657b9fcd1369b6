package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"

	"github.com/spf13/cobra"
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

// clusterOptions say which cluster, and which namespace of it.
type clusterOptions struct{ kubeconfig, context, namespace string }

// addClusterFlags adds those that say which cluster.
func (o *clusterOptions) addClusterFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.kubeconfig, "kubeconfig", "", "path of the kubeconfig")
	f.StringVar(&o.context, "context", "", "context of the kubeconfig")
}

func (o *clusterOptions) addFlags(cmd *cobra.Command) {
	o.addClusterFlags(cmd)
	cmd.Flags().StringVarP(&o.namespace, "namespace", "n", "", "namespace; by default that of the context")
}

// config finds the cluster, and resolves the namespace.
func (o *clusterOptions) config() (*rest.Config, string, error) {
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
	cfg.UserAgent = "kudoc/" + version
	namespace := o.namespace
	if namespace == "" {
		if namespace, _, err = loader.Namespace(); err != nil {
			return nil, "", fmt.Errorf("read kubeconfig: %w", err)
		}
	}
	return cfg, namespace, nil
}

// connect makes the client of a command, and resolves the namespace.
func (o *clusterOptions) connect() (client.Client, string, error) {
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

// reached turns the absence of an answer into advice.
func reached(err error) error {
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

// installed turns the absence of kudoc's kinds into advice.
func installed(err error) error {
	if meta.IsNoMatchError(err) {
		return errors.New("kudoc is not installed in this cluster: run 'kudoc install'")
	}
	return err
}
