package compat_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile"
	"github.com/kudoc/kudoc/internal/compile/compat"
)

// framework is what the versions of the tables have in common.
const framework = `package f

import (
	"kudoc.dev/kudoc"
	apps "kudoc.dev/k8s/apps/v1"
	core "kudoc.dev/k8s/core/v1"
)

kudoc.#Framework

name:     "f"
version:  "1.2.0"
instance: _
params: {
	replicas: int & >=1 & <=9 | *3
	mode:     "fast" | "safe" | *"safe"
	file?:    string
	tls: enabled: bool | *false
	names: [...=~"^[a-z]+$"]
	size: int | *1 @param(immutable)
}
tasks: {
	server: apply: server: apps.#StatefulSet & {
		metadata: name: instance.name
		spec: {
			serviceName: "\(instance.name)-hs"
			replicas:    params.replicas
			selector: matchLabels: app: instance.name
			template: {
				metadata: labels: app: instance.name
				spec: containers: [{name: "s", image: "i:1"}]
			}
		}
	}
	config: apply: config: core.#ConfigMap & {
		metadata: name: instance.name
		data: mode: params.mode
	}
}
outputs: {
	host: "\(instance.name).svc"
	port: 80
}
plans: {
	deploy: phases: [{name: "p", steps: [{name: "s", tasks: ["server", "config"]}]}]
	backup: {
		params: depth: int & >=0 | *1
		phases: [{name: "p", steps: [{name: "s", tasks: ["config"]}]}]
	}
}
`

// zookeeper is what versions may require.
const zookeeper = `requires: zk: {framework: "zookeeper", version: ">=3.4.0 <4.0.0", outputs: host: string}
`

// edit replaces pairs of texts.
type edit []string

// unchanged is the framework without edits, which most tests compare with.
var unchanged = sync.OnceValue(func() *v1alpha1.FrameworkVersion {
	dir, err := os.MkdirTemp("", "compat")
	if err != nil {
		return nil
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if os.WriteFile(filepath.Join(dir, "f.cue"), []byte(framework), 0o644) != nil {
		return nil
	}
	res, _ := compile.Framework(compile.Options{Dir: dir, KudocVersion: "test", Inputs: 5})
	if res == nil {
		return nil
	}
	return res.Version
})

func version(t *testing.T, with edit) (*v1alpha1.FrameworkVersion, string) {
	t.Helper()
	if v := unchanged(); len(with) == 0 && v != nil {
		return v, ""
	}
	text := framework
	for i := 0; i < len(with); i += 2 {
		if !strings.Contains(text, with[i]) {
			t.Fatalf("there is no %q to replace", with[i])
		}
		text = strings.Replace(text, with[i], with[i+1], 1)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "f.cue"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	res, ds := compile.Framework(compile.Options{Dir: dir, KudocVersion: "test", Inputs: 5})
	if res == nil {
		t.Fatal(ds)
	}
	return res.Version, dir
}

func TestCompare(t *testing.T) {
	const patch, major = `"1.2.1"`, `"2.0.0"`
	for name, tc := range map[string]struct {
		before edit // changes of the framework above
		number string
		change edit
		want   []string
	}{
		"nothing has changed":                    {number: `"1.2.0"`},
		"another version may have other content": {number: patch, change: edit{"i:1", "i:2"}},
		"the same version has other content":     {number: `"1.2.0"`, change: edit{"i:1", "i:2"}, want: []string{"error KD701 version 1.2.0 has other content than before"}},
		"the same version has other comments":    {number: `"1.2.0"`, change: edit{"tasks: {", "// all of them\ntasks: {"}, want: []string{"warning KD701 version 1.2.0 is made of other sources than before, though they mean the same"}},
		"the version is lower":                   {number: `"1.1.9"`, want: []string{"error KD702 version 1.1.9 is lower than 1.2.0, which was before it"}},
		"it is another framework":                {number: patch, change: edit{`"f"`, `"g"`}, want: []string{`warning KD703 the framework is "g", and was "f": they are two frameworks`}},

		"a parameter is gone":             {number: patch, change: edit{"\tfile?:    string\n", ""}, want: []string{`error KD704 parameter "file" is gone`}},
		"a parameter in a struct is gone": {number: patch, change: edit{"enabled: bool | *false", "on: bool | *false"}, want: []string{`error KD704 parameter "tls.enabled" is gone`}},
		"a new major version may break":   {number: major, change: edit{"\tfile?:    string\n", ""}, want: []string{`info KD704 parameter "file" is gone`}},
		"before 1.0.0 a minor one may": {before: edit{`"1.2.0"`, `"0.2.0"`}, number: `"0.3.0"`, change: edit{"\tfile?:    string\n", ""},
			want: []string{`info KD704 parameter "file" is gone`}},
		"before 1.0.0 a patch may not": {before: edit{`"1.2.0"`, `"0.2.0"`}, number: `"0.2.1"`, change: edit{"\tfile?:    string\n", ""},
			want: []string{`error KD704 parameter "file" is gone`}},
		"a bound is tighter": {number: patch, change: edit{"<=9", "<=7"}, want: []string{`error KD705 parameter "replicas" must be >=1 & <=7, not 9, which version 1.2.0 accepts`}},
		"a bound is looser":  {number: patch, change: edit{"<=9", "<=11"}},
		"a value in the middle is excluded": {number: patch, change: edit{"<=9", "<=9 & !=6"},
			want: []string{`error KD705 parameter "replicas" must be >=1 & <=9 & !=6, not 6, which version 1.2.0 accepts`}},
		"an alternative is gone": {number: patch, change: edit{`"fast" | `, ""}, want: []string{`error KD705 parameter "mode" must be one of "safe", "safe", not "fast", which version 1.2.0 accepts`}},
		"an alternative is new":  {number: patch, change: edit{`"fast" | `, `"fast" | "slow" | `}},
		"the elements of a list are restricted": {number: patch, change: edit{`"^[a-z]+$"`, `"^[a-m]+$"`},
			want: []string{`error KD705 parameter "names" must be =~"^[a-m]+$"`}},
		"the type is another":     {number: patch, change: edit{"file?:    string", "file?:    int"}, want: []string{`error KD705 parameter "file" is of type int, and was of type string`}},
		"the type is wider":       {number: patch, change: edit{"size: int", "size: number"}},
		"it depends on another":   {number: patch, change: edit{">=1", ">=size"}, want: []string{`error KD705 parameter "replicas" must be >=size & <=9, not `}},
		"it is required now":      {number: patch, change: edit{"file?:    string", "file:     string"}, want: []string{`error KD706 parameter "file" is required now`}},
		"a new one is required":   {number: patch, change: edit{"file?:", "other:    string\n\tfile?:"}, want: []string{`error KD706 parameter "other" is new, and required`}},
		"a new one has a default": {number: patch, change: edit{"file?:", "other:    string | *\"x\"\n\tfile?:"}},
		"a default is another":    {number: patch, change: edit{"*3", "*5"}, want: []string{`warning KD707 parameter "replicas" is 5 by default, and was 3`}},
		"a default in a struct":   {number: patch, change: edit{"*false", "*true"}, want: []string{`warning KD707 parameter "tls.enabled" is true by default, and was false`}},
		"a default is new":        {number: patch, change: edit{"file?:    string", `file:     string | *"x"`}, want: []string{`warning KD707 parameter "file" is "x" by default, and was unset`}},
		"an immutable default":    {number: patch, change: edit{"*1 @", "*2 @"}, want: []string{`error KD707 parameter "size" is 2 by default, and was 1`}},
		"it is immutable now":     {number: patch, change: edit{"| *3", "| *3 @param(immutable)"}, want: []string{`error KD708 parameter "replicas" is immutable now`}},
		"it is not any more":      {number: patch, change: edit{" @param(immutable)", ""}},

		"a plan is gone":                   {number: patch, change: edit{"backup:", "restore:"}, want: []string{`error KD709 plan "backup" is gone`}},
		"a parameter of a plan is tighter": {number: patch, change: edit{">=0", ">=1"}, want: []string{`error KD705 parameter of plan "backup": "depth" must be >=1, not 0, which version 1.2.0 accepts`}},
		"a parameter of a plan is gone":    {number: patch, change: edit{"depth:", "deep:"}, want: []string{`error KD704 parameter of plan "backup": "depth" is gone`}},
		"an output is gone":                {number: patch, change: edit{"host:", "address:"}, want: []string{`error KD710 output "host" is gone`}},
		"an output is of another type":     {number: patch, change: edit{"port: 80", `port: "80"`}, want: []string{`error KD710 output "port" is a string, and was a number`}},
		"an output is another":             {number: patch, change: edit{"port: 80", "port: 81"}},

		"the version before cannot be upgraded": {number: patch, change: edit{"plans: {", "upgradableFrom: \"<1.2.0\"\nplans: {"}, want: []string{"error KD714 version 1.2.0 cannot be upgraded: upgradableFrom is <1.2.0"}},
		"the version before can be upgraded":    {number: patch, change: edit{"plans: {", "upgradableFrom: \">=1.2.0\"\nplans: {"}},

		"a requirement is new":  {number: patch, change: edit{"plans: {", zookeeper + "plans: {"}, want: []string{`error KD713 requirement "zk" is new`}},
		"a requirement is gone": {before: edit{"plans: {", zookeeper + "plans: {"}, number: patch, change: edit{zookeeper, ""}, want: []string{`error KD713 requirement "zk" is gone`}},
		"another framework is required": {before: edit{"plans: {", zookeeper + "plans: {"}, number: patch, change: edit{`"zookeeper"`, `"etcd"`},
			want: []string{`error KD713 requirement "zk" is met by "etcd", and was by "zookeeper"`}},
		"fewer versions meet it": {before: edit{"plans: {", zookeeper + "plans: {"}, number: patch, change: edit{">=3.4.0", ">=3.5.0"},
			want: []string{`error KD713 requirement "zk" is not met by version 3.4.0 of zookeeper any more`}},
		"more versions meet it": {before: edit{"plans: {", zookeeper + "plans: {"}, number: patch, change: edit{"<4.0.0", "<5.0.0"}},
		"what it provides is rendered": {before: edit{"plans: {", zookeeper + "plans: {", "-hs", "-\\(requires.zk.outputs.host)"}, number: patch, change: edit{".host)", ".host)s"},
			want: []string{`error KD711 spec.serviceName of StatefulSet "server" of task "server" is "instance-as", and was "instance-a": Kubernetes refuses to change it`}},

		"an immutable field is another": {number: major, change: edit{"-hs", "-headless"},
			want: []string{`error KD711 spec.serviceName of StatefulSet "server" of task "server" is "instance-headless", and was "instance-hs": Kubernetes refuses to change it`}},
		"a default of Kubernetes is spelled out": {number: patch, change: edit{"replicas:    params", "podManagementPolicy: \"OrderedReady\"\n\t\t\treplicas:    params"}},
		"the data of a sealed object": {before: edit{"data: mode: params.mode", "immutable: true\n\t\tdata: mode: instance.name"}, number: patch, change: edit{"mode: instance.name", "mode: \"\\(instance.name)!\""},
			want: []string{`error KD711 data of ConfigMap "config" of task "config" is {"mode":"instance!"}, and was {"mode":"instance"}: Kubernetes refuses to change it`}},
		"an object with data has another name": {number: patch, change: edit{"metadata: name: instance.name", `metadata: name: "\(instance.name)-s"`},
			want: []string{`warning KD712 StatefulSet "server" of task "server" is gone, or has another name: an upgrade deletes it`}},
		"a task has another name": {number: patch, change: edit{"config: apply", "settings: apply", `"server", "config"`, `"server", "settings"`, `["config"]`, `["settings"]`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			old, _ := version(t, tc.before)
			change := append(edit{}, tc.before...)
			now, _ := version(t, append(append(change, `"`+old.Spec.Version+`"`, tc.number), tc.change...))
			var got []string
			for i, f := range compat.Compare(old, now) {
				text := f.Severity.String() + " " + f.Code + " " + f.Message
				if i < len(tc.want) && strings.HasPrefix(text, tc.want[i]) { // a value may be any that shows it
					text = tc.want[i]
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFindingsAreWhereTheSourcesDeclareWhatTheyAreAbout(t *testing.T) {
	old, _ := version(t, nil)
	now, dir := version(t, edit{`"1.2.0"`, `"1.2.1"`, "\tfile?:    string\n", "", "*3", "*5", "\tmode:", "\t// kudoc:ignore KD705 nobody was fast\n\tmode:",
		`"fast" | `, "", "-hs", "-headless"})
	var got []string
	lines := strings.Split(string(source(t, dir)), "\n")
	for _, d := range compat.InSources(compat.Compare(old, now), dir) {
		got = append(got, d.Code+" "+strings.Join(strings.Fields(lines[d.Line-1]), " "))
	}
	want := []string{
		"KD704 params: {",
		"KD707 replicas: int & >=1 & <=9 | *5",
		`KD711 serviceName: "\(instance.name)-headless"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func source(t *testing.T, dir string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "f.cue"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
