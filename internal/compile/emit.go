package compile

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cuelang.org/go/cue/token"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/admission"
	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/expr"
	"github.com/kudoc/kudoc/internal/compile/images"
	"github.com/kudoc/kudoc/internal/compile/openapi"
)

// What the result was checked against.
const (
	CUEVersion        = "v0.17.1"
	KubernetesVersion = "1.37"
)

// emit writes the objects. Nothing in them depends on when or where they are made.
func (c *compilation) emit() {
	digest, err := c.source.Digest(c.inst)
	if err != nil {
		c.diags = append(c.diags, &diag.Diagnostic{Code: diag.CannotRead, Message: err.Error()})
		return
	}
	c.spec.Build = v1alpha1.BuildInfo{Digest: digest, Kudoc: c.opts.KudocVersion, CUE: CUEVersion, Kubernetes: KubernetesVersion}
	c.spec.Build.Images = c.images()
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
	c.result.Policy, c.result.Binding = admission.Policy(c.result.Version, c.params)
	c.result.Schema = openapi.Schema(c.params)
	c.result.Branches = c.branchesByTask()
	c.result.Validation = c.validation
	c.checkSize(maxVersionBytes)
}

// maxVersionBytes is how much JSON a FrameworkVersion may be: etcd takes requests of 1.5 MiB, and what the API server adds
// to an object, such as managed fields, must fit too.
const maxVersionBytes = 1 << 20

// checkSize refuses what no cluster would store, and says where the bytes are.
func (c *compilation) checkSize(limit int) {
	size := len(c.json(c.result.Version))
	if size <= limit {
		return
	}
	type part struct {
		name string
		size int
		pos  token.Pos
	}
	var parts []part
	for _, t := range c.spec.Tasks {
		for _, o := range t.Objects {
			name := fmt.Sprintf("task %q", t.Name)
			if o.ID != "" && t.Kind.Keyed() {
				name = fmt.Sprintf("object %q of task %q", o.ID, t.Name)
			}
			p := part{name: name, size: len(o.Template.Raw)}
			if f := c.declared.Tasks[t.Name]; f != nil {
				p.pos = f.Pos()
			}
			parts = append(parts, p)
		}
	}
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(b.size, a.size) })
	var largest []string
	pos := c.inst.Files[0].Pos()
	for i, p := range parts[:min(len(parts), 5)] {
		largest = append(largest, fmt.Sprintf("%s has %d", p.name, p.size))
		if i == 0 && p.pos.IsValid() {
			pos = p.pos
		}
	}
	d := c.report(diag.TooLarge, pos, "the FrameworkVersion has %d bytes of JSON, more than the limit of %d: %s", size, limit, strings.Join(largest, ", "))
	d.Hint = "share what repeats by a loop, or split the framework"
	c.result = nil
}

func typeMeta(kind string) metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: v1alpha1.GroupVersion.String(), Kind: kind}
}

// images are the container images that a version may use, each once, sorted. What tasks only delete uses none.
func (c *compilation) images() []v1alpha1.ContainerImage {
	found := map[string]v1alpha1.ContainerImage{}
	for _, t := range c.tasks {
		if t.kind.Identifies() {
			continue
		}
		for _, o := range t.objects {
			for _, img := range images.Of(c.spec, expr.Expand(o.value, c.locals)) {
				found[string(c.json(img))] = img
			}
		}
	}
	var out []v1alpha1.ContainerImage
	for _, key := range slices.Sorted(maps.Keys(found)) {
		out = append(out, found[key])
	}
	return out
}
