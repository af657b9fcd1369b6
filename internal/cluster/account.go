package cluster

import (
	"context"
	"fmt"
	"io"

	authorizationv1 "k8s.io/api/authorization/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// OnBehalf is the client of the service account as which the controller acts for an Instance, if the caller may impersonate it;
// otherwise the caller's own, and it says so.
func (o *Options) OnBehalf(ctx context.Context, stderr io.Writer, c client.Client, inst *v1alpha1.Instance) (client.Client, error) {
	account := inst.Spec.ServiceAccountName
	if account == "" {
		return c, nil
	}
	may := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{
		ResourceAttributes: &authorizationv1.ResourceAttributes{Verb: "impersonate", Resource: "serviceaccounts", Namespace: inst.Namespace, Name: account},
	}}
	if err := c.Create(ctx, may); err != nil {
		return nil, fmt.Errorf("ask whether service account %s may be impersonated: %w", account, err)
	}
	if !may.Status.Allowed {
		_, err := fmt.Fprintf(stderr, "kudoc: this is with your own rights: the controller applies as service account %s, which you may not impersonate\n", account)
		return c, err
	}
	cfg, _, err := o.config()
	if err != nil {
		return nil, err
	}
	cfg.Impersonate = rest.ImpersonationConfig{UserName: "system:serviceaccount:" + inst.Namespace + ":" + account}
	as, err := client.New(cfg, client.Options{Scheme: c.Scheme(), Mapper: c.RESTMapper()})
	if err != nil {
		return nil, fmt.Errorf("act as service account %s: %w", account, err)
	}
	return as, nil
}
