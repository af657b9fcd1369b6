package compile

import (
	"strings"
	"testing"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

const conditions = `package f
previous: _
object:   _
params: {tls: bool | *false, n: int & >=1 & <=9 | *3}
tasks: web: {
	apply: set: {apiVersion: "v1", kind: "Thing", metadata: name: "\(instance.name)-set", if previous.params.n != _|_ {was: previous.params.n}}
	ready: set: object.status.n == params.n && object.status.phase == "Up"
}
plans: deploy: phases: [{name: "p", steps: [{name: "s", tasks: ["t"]}, {name: "w", tasks: ["web"], when: params.tls || params.n > 4}]}]
`

// TestAConditionThatDiffersFromCUEIsFound breaks conditions, as a bug of the compiler would.
func TestAConditionThatDiffersFromCUEIsFound(t *testing.T) {
	for name, tc := range map[string]struct {
		breaks  func(*v1alpha1.FrameworkVersionSpec)
		message string
	}{
		"nothing": {func(*v1alpha1.FrameworkVersionSpec) {}, ""},
		"when": {func(s *v1alpha1.FrameworkVersionSpec) { s.Plan("deploy").Phases[0].Steps[1].When = "params.tls" },
			`when in step deploy/p/w, with parameters {"n":5}: when is true in CUE, false in the template`},
		"ready": {func(s *v1alpha1.FrameworkVersionSpec) { s.Task("web").Objects[0].Ready = `object.status.phase == "Up"` },
			"ready is false in CUE, true in the template"},
		"previous": {func(s *v1alpha1.FrameworkVersionSpec) {
			o := &s.Task("web").Objects[0]
			o.Template.Raw = []byte(strings.ReplaceAll(string(o.Template.Raw), `"previous.params.n"`, `"params.n"`))
		}, `without parameters after parameters {"n":1}: set.was is 1 in CUE, 3 in the template`},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "a.cue", strings.Replace(minimal, "plans:", "#unused:", 1))
			write(t, dir, "f.cue", conditions)
			c := compile(Options{Dir: dir, KudocVersion: "test"})
			if len(c.diags) > 0 {
				t.Fatal(c.diags.Error())
			}
			tc.breaks(c.spec)
			c.validate()
			if tc.message == "" && len(c.diags) > 0 || tc.message != "" && (len(c.diags) == 0 || !strings.Contains(c.diags.Error(), tc.message)) {
				t.Errorf("want %q, got %v", tc.message, c.diags)
			}
		})
	}
}
