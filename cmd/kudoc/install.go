package main

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/spf13/cobra"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1/crd"
	"github.com/kudoc/kudoc/internal/follow"
	"github.com/kudoc/kudoc/internal/manifest"
)

//go:embed manifests/*.yaml
var manifests embed.FS

type installOptions struct {
	cluster      clusterOptions
	print        bool
	noController bool
	image        string
	timeout      time.Duration
}

func newInstallCmd(std stdio) *cobra.Command {
	var o installOptions
	cmd := &cobra.Command{
		Use:   "install",
		Short: "Install kudoc in a cluster",
		Long: `install applies the CustomResourceDefinitions, the permissions and the Deployment of the controller, and waits until
the kinds are served. It can be repeated, and it is how kudoc is upgraded.`,
		Example: `  kudoc install
  kudoc install --print > kudoc.yaml

  # the controller runs elsewhere, for example as a process on this machine
  kudoc install --no-controller`,
		Args: exactArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), std) },
	}
	o.cluster.addFlags(cmd)
	f := cmd.Flags()
	f.BoolVar(&o.print, "print", false, "print the manifests instead of applying them")
	f.BoolVar(&o.noController, "no-controller", false, "leave out the Deployment")
	f.StringVar(&o.image, "image", "kudoc/kudoc-controller:"+version, "image of the controller")
	f.DurationVar(&o.timeout, "timeout", time.Minute, "how long to wait until the kinds are served")
	return cmd
}

func (o *installOptions) run(ctx context.Context, std stdio) error {
	objs, err := o.objects()
	if err != nil {
		return err
	}
	if o.print {
		return printObjects(std, objs, "yaml")
	}
	c, _, err := o.cluster.connect()
	if err != nil {
		return err
	}
	for _, u := range objs {
		if err := manifest.Apply(ctx, std.out, c, u); err != nil {
			return err
		}
	}
	return follow.Until(ctx, o.timeout, func(ctx context.Context) (bool, string, error) { return served(ctx, c, objs) })
}

// objects are the manifests in the order in which they are applied.
func (o *installOptions) objects() ([]*unstructured.Unstructured, error) {
	objs, err := decode(crd.Files, "*.yaml")
	if err != nil {
		return nil, err
	}
	rbac, err := decode(manifests, "manifests/rbac.yaml")
	if err != nil || o.noController {
		return append(objs, rbac...), err
	}
	controller, err := decode(manifests, "manifests/controller.yaml")
	if err != nil {
		return nil, err
	}
	for _, u := range controller {
		containers, _, err := unstructured.NestedSlice(u.Object, "spec", "template", "spec", "containers")
		if err != nil || len(containers) == 0 {
			return nil, errors.New("the manifest of the controller has no container")
		}
		containers[0].(map[string]any)["image"] = o.image
		if err := unstructured.SetNestedSlice(u.Object, containers, "spec", "template", "spec", "containers"); err != nil {
			return nil, fmt.Errorf("set the image: %w", err)
		}
	}
	return append(append(objs, rbac...), controller...), nil
}

// decode reads every document of the files that match.
func decode(files fs.FS, pattern string) ([]*unstructured.Unstructured, error) {
	names, err := fs.Glob(files, pattern)
	if err != nil {
		return nil, fmt.Errorf("read manifests: %w", err)
	}
	var out []*unstructured.Unstructured
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read manifests: %w", err)
		}
		d := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(data), 4096)
		for {
			u := &unstructured.Unstructured{}
			if err := d.Decode(u); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return nil, fmt.Errorf("read %s: %w", name, err)
			}
			if len(u.Object) > 0 {
				out = append(out, u)
			}
		}
	}
	return out, nil
}

// served says whether the API server serves every definition.
func served(ctx context.Context, c client.Client, objs []*unstructured.Unstructured) (bool, string, error) {
	for _, u := range objs {
		if u.GetKind() != "CustomResourceDefinition" {
			continue
		}
		var def apiextensionsv1.CustomResourceDefinition
		if err := c.Get(ctx, client.ObjectKey{Name: u.GetName()}, &def); err != nil {
			return false, "", err
		}
		established := false
		for _, cond := range def.Status.Conditions {
			established = established || cond.Type == apiextensionsv1.Established && cond.Status == apiextensionsv1.ConditionTrue
		}
		if !established {
			return false, fmt.Sprintf("waiting for %s to be served", u.GetName()), nil
		}
	}
	return true, "", nil
}
