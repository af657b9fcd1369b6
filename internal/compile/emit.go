package compile

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// What the result was checked against.
const (
	CUEVersion        = "v0.17.1"
	KubernetesVersion = "1.37"
)

// emit writes the objects. Nothing in them depends on when or where they are made.
func (c *compilation) emit() {
	digest, err := c.source.digest(c.inst)
	if err != nil {
		c.diags = append(c.diags, &Diagnostic{Code: codeCannotRead, Message: err.Error()})
		return
	}
	c.spec.Build = v1alpha1.BuildInfo{Digest: digest, Kudoc: c.opts.KudocVersion, CUE: CUEVersion, Kubernetes: KubernetesVersion}
	about := &c.about
	c.result = &Result{
		Framework: &v1alpha1.Framework{
			TypeMeta:   typeMeta("Framework"),
			ObjectMeta: metav1.ObjectMeta{Name: about.name},
			Spec:       v1alpha1.FrameworkSpec{Description: about.description, Maintainers: about.maintainers, URL: about.url},
		},
		Version: &v1alpha1.FrameworkVersion{
			TypeMeta:   typeMeta("FrameworkVersion"),
			ObjectMeta: metav1.ObjectMeta{Name: about.name + "-" + about.version},
			Spec:       *c.spec,
		},
	}
	c.result.Role = c.role(c.result.Version)
}

func typeMeta(kind string) metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: v1alpha1.GroupVersion.String(), Kind: kind}
}
