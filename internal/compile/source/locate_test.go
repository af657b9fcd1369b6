package source

import (
	"fmt"
	"strings"
	"testing"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/parser"
)

func TestLocateFindsTheNearestDeclaration(t *testing.T) {
	f, err := parser.ParseFile("f.cue", `package f
params: replicas: int
params: {
	tls: #TLS & {
		"key-file": string
	}
	if true {
		extra: int
	}
}
tasks: server: apply: {
	{one: kind: "A"}
	two: (#Base & {
		kind: "B"
	})
}
plans: deploy: phases: [
	{name: "a"},
	{name: "b", steps: []},
]
`, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"params.replicas":             "2:9",
		"params.tls.key-file":         "5:3",
		"params.extra":                "8:3",
		"params.gone":                 "2:1",
		"params.tls.gone":             "4:2",
		"tasks.server.apply.one.kind": "12:8",
		"tasks.server.apply.two.kind": "14:3",
		"tasks.client.apply":          "11:1",
		"plans.deploy.phases.1.steps": "19:14",
		"plans.deploy.phases.2.steps": "17:16",
		"version":                     "-",
	} {
		got := "-"
		if pos := Locate([]*ast.File{f}, strings.Split(path, ".")); pos.IsValid() {
			got = fmt.Sprintf("%d:%d", pos.Line(), pos.Column())
		}
		if got != want {
			t.Errorf("%s is at %s, want %s", path, got, want)
		}
	}
}
