package compile

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

func TestImagesAreListedWithWhatDecidesThem(t *testing.T) {
	for name, tc := range map[string]struct {
		params, spec string
		want         []v1alpha1.ContainerImage
	}{
		"a constant": {
			spec: `containers: [{name: "a", image: "a:1"}], initContainers: [{name: "i", image: "i:1"}]`,
			want: []v1alpha1.ContainerImage{{Image: "a:1"}, {Image: "i:1"}},
		},
		"one image once": {
			spec: `containers: [{name: "a", image: "a:1"}, {name: "b", image: "a:1"}]`,
			want: []v1alpha1.ContainerImage{{Image: "a:1"}},
		},
		"a parameter with a default": {
			params: `{registry: string | *"docker.io", tag: string | *"2", other: string}`,
			spec:   `containers: [{name: "a", image: "\(params.registry)/a:\(params.tag)"}]`,
			want:   []v1alpha1.ContainerImage{{Image: "docker.io/a:2", Parameters: []string{"registry", "tag"}}},
		},
		"a default that reads another parameter": {
			params: `{tag: string | *"2", image: string | *"a:\(tag)", other: string}`,
			spec:   `containers: [{name: "a", image: params.image}]`,
			want:   []v1alpha1.ContainerImage{{Image: "a:2", Parameters: []string{"image"}}},
		},
		"a parameter without a default": {
			params: `{image: string}`,
			spec:   `containers: [{name: "a", image: params.image}]`,
			want:   []v1alpha1.ContainerImage{{Parameters: []string{"image"}}},
		},
		"alternatives": {
			params: `{tls: bool | *false}`,
			spec:   `containers: [{name: "a", image: [if params.tls {"tls:1"}, "plain:1"][0]}, if params.tls {{name: "b", image: "b:1"}}]`,
			want:   []v1alpha1.ContainerImage{{Image: "b:1"}, {Image: "plain:1"}, {Image: "tls:1"}},
		},
		"a volume": {
			spec: `containers: [], volumes: [{name: "v", image: reference: "v:1"}]`,
			want: []v1alpha1.ContainerImage{{Image: "v:1"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			src := strings.Replace(minimal, `metadata: name: instance.name`, `metadata: name: instance.name, spec: {`+tc.spec+`}`, 1)
			if tc.params != "" {
				src += "params: " + tc.params + "\n"
			}
			write(t, dir, "f.cue", src)
			r, ds := Framework(Options{Dir: dir, KudocVersion: "test"})
			if ds.HasErrors() {
				t.Fatal(ds.Error())
			}
			if diff := cmp.Diff(tc.want, r.Version.Spec.Build.Images); diff != "" {
				t.Error(diff)
			}
		})
	}
}
