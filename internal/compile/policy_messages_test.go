package compile

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kudoc/kudoc/internal/render"
)

// TestThePolicySaysWhatIsWrong asks the policy of the wide framework; `needed` is given wherever nothing else is said.
func TestThePolicySaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.cue", minimal)
	write(t, dir, "f.cue", "package f\n"+wide)
	r := unvalidated(dir).result
	e := newEvaluator(t, &r.Policy.Spec)
	for name, tc := range map[string]struct {
		given string
		// applied is what was deployed before, if anything
		applied, version string
		want             string
	}{
		"nothing is wrong":                     {given: `{}`},
		"a bound":                              {given: `{"memory": 12}`, want: `parameter "memory": 12 is not >=256`},
		"a bound that is another parameter":    {given: `{"memory": 300, "heap": 301}`, want: `parameter "heap": 301 is not >=64 & <=memory`},
		"a bound that has a default":           {given: `{"heap": 2000}`, want: `parameter "heap": 2000 is not >=64 & <=memory`},
		"an alternative":                       {given: `{"mode": "x"}`, want: `parameter "mode": "x" is not one of "a", "b", "c"`},
		"a function that CEL has too":          {given: `{"name": "x"}`, want: `parameter "name": "x" is not strings.MinRunes(2) & strings.MaxRunes(5)`},
		"a type":                               {given: `{"ports": 1}`, want: `parameter "ports" must be list, not int`},
		"null":                                 {given: `{"port": null}`, want: `parameter "port" must be int, not null`},
		"a fraction where an integer must be":  {given: `{"memory": 300.5}`, want: `parameter "memory" must be int, not number`},
		"a whole number, however it is spelt":  {given: `{"memory": 300.0}`},
		"a field of a struct":                  {given: `{"tls": {"enabled": 1}}`, want: `parameter "tls.enabled" must be bool, not int`},
		"a field that is not known":            {given: `{"tls": {"enable": true}}`, want: `unknown parameter "tls.enable": known are enabled, hosts, port`},
		"a parameter that is not known":        {given: `{"tsl": {}}`, want: `unknown parameter "tsl"`},
		"an element":                           {given: `{"ports": [1, 70]}`, want: `parameter "ports[1]": 70 is not <=10`},
		"a struct in a list":                   {given: `{"tls": {"hosts": [{"name": "a", "tags": ["t", "x"]}, {}]}}`, want: `parameter "tls.hosts[0].tags[1]": "x" is not =~"^t"; parameter "tls.hosts[1].name" is required, but not set`},
		"lists within maps within structs":     {given: `{"nested": {"deep": {"deeper": {"a": [[1], ["b"]]}}}}`, want: `parameter "nested.deep.deeper.a[1][0]" must be int, not string`},
		"a key":                                {given: `{"keys": {"AB": 1}}`, want: `parameter "keys.AB": a key must match matches(self, "^[a-z]$")`},
		"a name that is not an identifier":     {given: `{"odd-name": "A"}`, want: `parameter "odd-name": "A" is not =~"^[a-z]*$"`},
		"what is missing":                      {given: `{"needed": {"y": {}}}`, want: `parameter "needed.x" is required, but not set; parameter "needed.y.z" is required, but not set`},
		"a struct of what is missing":          {given: `{"needed": null}`, want: `parameter "needed" must be struct, not null`},
		"everything that is wrong":             {given: `{"port": 0, "memory": "x"}`, want: `parameter "memory" must be int, not string; parameter "port": 0 is not >=1 & <=65535`},
		"an immutable parameter keeps":         {given: `{"size": 3}`, applied: `{"size": 3, "pair": {"a": 1, "b": "x"}}`},
		"an immutable parameter changes":       {given: `{"size": 3}`, applied: `{"size": 2}`, want: `parameter "size" is immutable: 2 cannot become 3`},
		"it changes back to its default":       {given: `{}`, applied: `{"size": 7}`, want: `parameter "size" is immutable: 7 cannot become 2`},
		"an optional one goes":                 {given: `{}`, applied: `{"size": 2, "zone": "a"}`, want: `parameter "zone" is immutable: "a" cannot become unset`},
		"an optional one comes":                {given: `{"zone": "a"}`, applied: `{"size": 2}`, want: `parameter "zone" is immutable: unset cannot become "a"`},
		"it comes with a version that has it":  {given: `{"zone": "a"}`, applied: `{"size": 2}`, version: "f-0.9.0"},
		"a field of an immutable one changes":  {given: `{"pair": {"a": 2}}`, applied: `{"pair": {"a": 1, "b": "x"}}`, want: `parameter "pair" is immutable: it has another value since the instance was deployed`},
		"a check that only kudoc can evaluate": {given: `{"up": "abc", "name": "abc"}`},
	} {
		t.Run(name, func(t *testing.T) {
			given, err := render.DecodeJSON([]byte(tc.given))
			if err != nil {
				t.Fatal(err)
			}
			if tc.given == `{"memory": 300.0}` {
				given["memory"] = 300.0 // as an API server decodes it
			}
			if _, ok := given["needed"]; !ok {
				given["needed"] = map[string]any{"x": int64(1), "y": map[string]any{"z": "z"}}
			}
			var old any
			if tc.applied != "" {
				applied, err := render.DecodeJSON([]byte(tc.applied))
				if err != nil {
					t.Fatal(err)
				}
				version := r.Version.Name
				if tc.version != "" {
					version = tc.version
				}
				o := instanceOf(version, map[string]any{})
				o["status"] = map[string]any{"lastApplied": map[string]any{"frameworkVersion": version, "parameters": applied}}
				old = o
			}
			if diff := cmp.Diff(tc.want, e.refuses(instanceOf(r.Version.Name, given), old)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestThePolicyLetsPassWhatChangesNoParameters, or a finalizer could not be removed from an Instance that is wrong.
func TestThePolicyLetsPassWhatChangesNoParameters(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.cue", minimal+"params: n: int\n")
	r := unvalidated(dir).result
	e := newEvaluator(t, &r.Policy.Spec)
	wrong := instanceOf(r.Version.Name, map[string]any{"n": "x"})
	if m := e.refuses(wrong, wrong); m != "" {
		t.Errorf("refused: %s", m)
	}
	if m := e.refuses(wrong, instanceOf("f-0.9.0", map[string]any{"n": "x"})); m == "" {
		t.Error("another version of the framework takes the same parameters")
	}
	if m := e.refuses(instanceOf("g-1.0.0", map[string]any{"n": "x"}), nil); m != "" {
		t.Errorf("another framework: refused: %s", m)
	}
}
