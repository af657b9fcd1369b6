package crds_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kudoc/kudoc/internal/compile/crds"
)

const widgets = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Cluster
  names: {kind: Widget, plural: widgets}
  versions: [{name: v1, served: true, storage: true}]
`

func TestWhatIsWrongWithDefinitionsIsSaidOfTheirFile(t *testing.T) {
	for name, tc := range map[string]struct {
		content string
		want    []string
	}{
		"nothing":                      {widgets, nil},
		"other objects are left out":   {"kind: Namespace\nmetadata: {name: x}\n---\n" + widgets, nil},
		"an empty file":                {"", nil},
		"no YAML":                      {"kind: [", []string{"b.yaml:1: yaml: line 1: did not find expected node content"}},
		"an unknown field":             {"kind: Namespace\n---\n" + strings.Replace(widgets, "scope", "scoop", 1), []string{`b.yaml:3: not a CustomResourceDefinition of apiextensions.k8s.io/v1: unknown field "scoop"`}},
		"a field of another type":      {strings.Replace(widgets, "[{name: v1, served: true, storage: true}]", "7", 1), []string{"b.yaml:1: not a CustomResourceDefinition of apiextensions.k8s.io/v1: want another type than number for spec.versions"}},
		"no versions":                  {widgets[:strings.Index(widgets, "  versions")], []string{"b.yaml:1: a CustomResourceDefinition has spec.group, spec.names.kind and spec.versions"}},
		"the same kind in other words": {strings.Replace(widgets, "Cluster", "Namespaced", 1), []string{"b.yaml:1: widgets.example.com is defined in another way in a.yaml"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, content := range map[string]string{"a.yaml": widgets, "b.yaml": tc.content} {
				if err := os.MkdirAll(filepath.Join(dir, "crds"), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, "crds", file), []byte(content), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			files, err := crds.Files(dir, false)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			if _, err := crds.Read(files); err != nil {
				got = strings.Split(strings.ReplaceAll(err.Error(), filepath.Join(dir, "crds")+"/", ""), "\n")
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
