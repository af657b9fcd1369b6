package ignore

import (
	"fmt"
	"testing"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/parser"
	"github.com/google/go-cmp/cmp"

	"github.com/kudoc/kudoc/internal/compile/diag"
)

var table = []diag.Code{
	{Code: "KD104"}, {Code: "KD107", Severity: diag.SeverityWarning}, {Code: "KD601", Ignorable: true},
	{Code: diag.WrongIgnore, Severity: diag.SeverityWarning}, {Code: diag.UnusedIgnore, Severity: diag.SeverityWarning},
}

func TestComments(t *testing.T) {
	warning := &diag.Diagnostic{Code: "KD107", Severity: diag.SeverityWarning, Line: 3}
	rule := &diag.Diagnostic{Code: "KD601", Severity: diag.SeverityError, Line: 3}
	refused := &diag.Diagnostic{Code: "KD104", Severity: diag.SeverityError, Line: 3}
	for name, tc := range map[string]struct {
		source string
		found  diag.Diagnostics
		want   []string
	}{
		"a comment on the line before":                  {"a: 1\n// kudoc:ignore KD107 it is meant\nb: 2\n", diag.Diagnostics{warning}, nil},
		"a comment behind the line":                     {"a: 1\n\nb: 2 // kudoc:ignore KD107 it is meant\n", diag.Diagnostics{warning}, nil},
		"a comment without a space":                     {"a: 1\n//kudoc:ignore KD107 it is meant\nb: 2\n", diag.Diagnostics{warning}, nil},
		"a comment among others":                        {"// kudoc:ignore KD107 it is meant\n// b is two\nb: 2\n", diag.Diagnostics{warning}, nil},
		"a comment behind the brace":                    {"a: 1\n\nb: { // kudoc:ignore KD107 it is meant\n}\n", diag.Diagnostics{warning}, nil},
		"a comment in a list":                           {"a: [\n\t// kudoc:ignore KD107 it is meant\n\t1,\n]\n", diag.Diagnostics{warning}, nil},
		"an error that does not keep it from compiling": {"a: 1\n// kudoc:ignore KD601 it is meant\nb: 2\n", diag.Diagnostics{rule}, nil},
		"two codes": {"a: 1\n// kudoc:ignore KD107, KD601 they are meant\nb: 2\n", diag.Diagnostics{warning, rule}, nil},
		"a comment behind another line is not for the next": {"a: 1\na: 1 // kudoc:ignore KD107 it is meant\nb: 2\n", diag.Diagnostics{warning}, []string{"3 KD107", "2 KD111 there is no KD107 to ignore here"}},
		"a comment that is too far above":                   {"// kudoc:ignore KD107 it is meant\n\nb: 2\n", diag.Diagnostics{warning}, []string{"3 KD107", "1 KD111 there is no KD107 to ignore here"}},
		"another code":                                      {"a: 1\n// kudoc:ignore KD601 it is meant\nb: 2\n", diag.Diagnostics{warning}, []string{"3 KD107", "2 KD111 there is no KD601 to ignore here"}},
		"one of two codes is not needed":                    {"a: 1\n// kudoc:ignore KD107,KD601 it is meant\nb: 2\n", diag.Diagnostics{warning}, []string{"2 KD111 there is no KD601 to ignore here"}},
		"an error that keeps it from compiling":             {"a: 1\n// kudoc:ignore KD104 it is meant\nb: 2\n", diag.Diagnostics{refused}, []string{"3 KD104", "2 KD110 KD104 keeps the framework from being compiled: it cannot be ignored"}},
		"no reason":                                         {"a: 1\n// kudoc:ignore KD107\nb: 2\n", diag.Diagnostics{warning}, []string{"2 KD110 the comment does not say why to ignore KD107", "3 KD107"}},
		"no code":                                           {"// kudoc:ignore it is meant\nb: 2\n", nil, []string{"1 KD110 the comment does not say which finding to ignore"}},
		"no such code":                                      {"// kudoc:ignore KD999 it is meant\nb: 2\n", nil, []string{"1 KD110 there is no finding KD999 to ignore"}},
		"a string is no comment":                            {"a: \"// kudoc:ignore\"\n", nil, nil},
		"another word is no comment for kudoc":              {"// kudoc:ignored KD107\na: 1\n", nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := parser.ParseFile("f.cue", tc.source, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range tc.found {
				d.File = "f.cue"
			}
			cs := Read([]*ast.File{f}, nil, table)
			ds := append(cs.Wrong(), cs.Filter(tc.found)...)
			var got []string
			for _, d := range append(ds, cs.Unused()...) {
				line := fmt.Sprintf("%d %s", d.Line, d.Code)
				if d.Message != "" {
					line += " " + d.Message
				}
				got = append(got, line)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAFrameworkThatIsExtendedHasItsOwnComments(t *testing.T) {
	f, err := parser.ParseFile("base.cue", "a: 1 // kudoc:ignore KD107 it is meant\nb: 1 // kudoc:ignore KD107 not here\n// kudoc:ignore KD107\n", parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	cs := Read(nil, []*ast.File{f}, table)
	found := diag.Diagnostics{{Code: "KD107", Severity: diag.SeverityWarning, File: "base.cue", Line: 1}}
	if left := cs.Filter(found); len(left) != 0 {
		t.Errorf("not ignored: %v", left)
	}
	if ds := append(cs.Wrong(), cs.Unused()...); len(ds) != 0 {
		t.Errorf("reported where it is extended: %v", ds)
	}
}
