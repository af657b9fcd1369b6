package compile

import (
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kudoc/kudoc/internal/compile/diag"
)

const replicas = `package f
params: {
	replicas: int & >=1 & <=9 | *3
	name:     string | *"<web>"
}
tasks: web: apply: set: {
	apiVersion: "v1", kind: "Thing", metadata: name: "\(instance.name)-web", title: params.name
	replicas: params.replicas
}
plans: deploy: phases: [{name: "p", steps: [{name: "s", tasks: ["t"]}, {name: "w", tasks: ["web"]}]}]
`

// TestAMismatchIsReportedWhereTheAuthorWroteIt breaks a template, as a bug of the compiler would.
func TestAMismatchIsReportedWhereTheAuthorWroteIt(t *testing.T) {
	for name, tc := range map[string]struct {
		template, message, path string
		line                    int
	}{
		"a value": {
			`{"apiVersion":"v1","kind":"Thing","metadata":{"name":{"$text":"\\(instance.name)-web"}},"title":{"$cel":"params.name"},"replicas":{"$cel":"params.replicas == 9 ? 8 : params.replicas"}}`,
			`task "web" in step deploy/p/w, with parameters {"replicas":9}: set.replicas is 9 in CUE, 8 in the template`, "tasks.web.apply.set.replicas", 8,
		},
		"a failure": {
			`{"apiVersion":"v1","kind":"Thing","metadata":{"name":{"$text":"\\(instance.name)-web"}},"title":{"$cel":"check(params.name, params.name != '<', 'no <')"},"replicas":{"$cel":"params.name == '' ? fail('empty') : params.replicas"}}`,
			`with parameters {"name":""}: the template fails where CUE does not: set.replicas`, "tasks.web.apply", 6,
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "a.cue", strings.Replace(minimal, "plans:", "#unused:", 1))
			write(t, dir, "f.cue", replicas)
			c := compile(Options{Dir: dir, KudocVersion: "test"})
			if len(c.diags) > 0 {
				t.Fatal(c.diags.Error())
			}
			c.spec.Task("web").Objects[0].Template = runtime.RawExtension{Raw: []byte(tc.template)}
			c.validate()
			if len(c.diags) != 1 {
				t.Fatalf("%d diagnostics, want 1: %v", len(c.diags), c.diags)
			}
			d := c.diags[0]
			if d.Code != diag.Different || d.File != filepath.Join(dir, "f.cue") || d.Line != tc.line || d.Path != tc.path || !strings.Contains(d.Message, tc.message) {
				t.Errorf("got %s:%d %s: %s", d.File, d.Line, d.Path, d)
			}
		})
	}
}

func TestAFrameworkThatIsTooLargeIsRefused(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.cue", minimal)
	write(t, dir, "f.cue", "package f\ntasks: t: apply: {\n\tbig: {apiVersion: \"v1\", kind: \"Thing\", metadata: name: \"\\(instance.name)-big\", data: \""+strings.Repeat("x", maxVersionBytes)+"\"}\n}\n")
	r, ds := Framework(Options{Dir: dir, KudocVersion: "test"})
	if r != nil || len(ds) != 1 || ds[0].Code != diag.TooLarge || ds[0].Line == 0 || !strings.Contains(ds[0].Message, `object "big" of task "t" has 1048`) {
		t.Fatalf("got %.300s", ds.Error())
	}
}
