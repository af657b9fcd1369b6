package runtime

import (
	"fmt"
	"sync"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// access reads and writes the objects of an Instance, from and to the API server.
type access struct {
	read  client.Reader
	write client.Writer
}

// accounts are the clients of service accounts. An Instance that names one can do no more through kudoc than without it.
type accounts struct {
	config *rest.Config
	opts   client.Options
	mu     sync.Mutex
	m      map[string]client.Client
}

// of is the access as a service account of a namespace.
func (a *accounts) of(namespace, name string) (access, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	user := "system:serviceaccount:" + namespace + ":" + name
	c, ok := a.m[user]
	if !ok {
		config := rest.CopyConfig(a.config)
		config.Impersonate = rest.ImpersonationConfig{UserName: user}
		var err error
		if c, err = client.New(config, a.opts); err != nil {
			return access{}, fmt.Errorf("act as service account %s/%s: %w", namespace, name, err)
		}
		if a.m == nil {
			a.m = map[string]client.Client{}
		}
		a.m[user] = c
	}
	return access{c, c}, nil
}

// access is that of the service account that an Instance names, or the controller's own.
func (r *Reconciler) access(inst *v1alpha1.Instance) (access, error) {
	if inst.Spec.ServiceAccountName == "" {
		return access{r.Reader, r.Client}, nil
	}
	return r.accounts.of(inst.Namespace, inst.Spec.ServiceAccountName)
}
