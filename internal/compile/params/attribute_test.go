package params

import (
	"testing"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/parser"
)

func TestADescriptionIsForPeople(t *testing.T) {
	for source, want := range map[string]string{
		"// number of servers\na: int": "number of servers",
		"// number of servers\n// kudoc:ignore KD107 a reason\n// and of clients\na: int": "number of servers\nand of clients",
		"// kudoc:ignore KD107 a reason\na: int":                                          "",
		"a: int // not this":                                                              "",
	} {
		f, err := parser.ParseFile("f.cue", source, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if got := description([]*ast.Field{f.Decls[0].(*ast.Field)}); got != want {
			t.Errorf("%s\nis described as %q, want %q", source, got, want)
		}
	}
}
