package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/kudoc/kudoc/api/v1alpha1/crd"
	"github.com/kudoc/kudoc/internal/cluster"
	"github.com/kudoc/kudoc/internal/follow"
	"github.com/kudoc/kudoc/internal/manifest"
)

//go:embed manifests/*.yaml
var manifests embed.FS

type installOptions struct {
	cluster      cluster.Options
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
	o.cluster.AddClusterFlags(cmd.Flags(), agent())
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
	c, _, err := o.cluster.Connect()
	if err != nil {
		return err
	}
	for _, u := range objs {
		if err := manifest.Apply(ctx, std.out, c, u); err != nil {
			return err
		}
	}
	return follow.Until(ctx, o.timeout, func(ctx context.Context) (bool, string, error) { return follow.Served(ctx, c, objs) })
}

// objects are the manifests in the order in which they are applied.
func (o *installOptions) objects() ([]*unstructured.Unstructured, error) {
	objs, err := manifest.Decode(crd.Files, "*.yaml")
	if err != nil {
		return nil, err
	}
	access, err := manifest.Decode(manifests, "manifests/access.yaml")
	if err != nil || o.noController {
		return append(objs, access...), err
	}
	controller, err := manifest.Decode(manifests, "manifests/controller.yaml")
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
	return append(append(objs, access...), controller...), nil
}
