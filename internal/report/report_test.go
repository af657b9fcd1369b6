package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/kudoc/kudoc/internal/compile/codes"
	"github.com/kudoc/kudoc/internal/compile/diag"
)

const source = "package web\n\nplans: deploy: phases: [{name: \"größe\", steps: [{name: \"a\", tasks: [\"confg\"]}]}]\n\tname: \"web\"\n"

func lines(file string) []string {
	if filepath.Base(file) == "gone.cue" {
		return nil
	}
	return strings.Split(source, "\n")
}

func sample() *Report {
	return &Report{
		Base: "/src", Version: "v1.2.3", Lines: lines, Codes: codes.Table,
		Frameworks: []Framework{
			{Dir: "good"},
			{Dir: "/src/my frameworks/web", Findings: diag.Diagnostics{
				{Code: diag.NoTask, File: "/src/my frameworks/web/web.cue", Line: 3, Column: 73, Path: "plans.deploy.phases[0]",
					Message: `step "a" uses task "confg": no such task`, Hint: `did you mean "config"?`},
				{Code: diag.NameTwice, File: "/src/my frameworks/web/web.cue", Line: 4, Column: 2, Message: "100% <twice>\nor more, at least: two",
					Related: []diag.Related{{File: "/src/my frameworks/web/web.cue", Line: 1, Column: 9, Message: "first here"}}},
				{Code: diag.UnusedTask, Severity: diag.SeverityWarning, File: "/src/my frameworks/web/gone.cue", Line: 7, Column: 1, Message: "task \"x\" is not used"},
				{Code: diag.UnusedTask, Severity: diag.SeverityInfo, File: "/src/my frameworks/web", Message: "a remark about all of it"},
				{Code: diag.InternalError, Message: "something that is nowhere"},
			}},
		},
	}
}

// TestFormats compares with what is recorded. KUDOC_UPDATE=1 records anew.
func TestFormats(t *testing.T) {
	golden := filepath.Join("testdata", "formats.txtar")
	var got txtar.Archive
	for _, format := range Formats() {
		var b bytes.Buffer
		r := sample()
		if format == "sarif" { // the rules are the table, which is documented elsewhere
			r.Codes = r.Codes[:1]
		}
		if err := r.Write(&b, format); err != nil {
			t.Fatal(err)
		}
		got.Files = append(got.Files, txtar.File{Name: format, Data: b.Bytes()})
	}
	r := sample()
	findings := r.Frameworks[1].Findings
	for _, text := range []Text{{Base: "/src"}, {Base: "/src", Excerpts: true, Lines: lines}} {
		name := map[bool]string{false: "text", true: "terminal"}[text.Excerpts]
		got.Files = append(got.Files, txtar.File{Name: name, Data: []byte(text.Findings(findings) + Summary(r.Frameworks) + "\n")})
	}
	if os.Getenv("KUDOC_UPDATE") != "" {
		if err := os.WriteFile(golden, txtar.Format(&got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := txtar.ParseFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(txtar.Format(want)), string(txtar.Format(&got))); diff != "" {
		t.Errorf("formats differ from %s: run 'make golden' and read the difference\n%s", golden, diff)
	}
}

// TestThePageOfFindingsIsThatOfTheTable compares docs/errors.md with the table. KUDOC_UPDATE=1 writes it anew.
func TestThePageOfFindingsIsThatOfTheTable(t *testing.T) {
	page := filepath.Join("..", "..", "docs", "errors.md")
	want := Page(codes.Table)
	if os.Getenv("KUDOC_UPDATE") != "" {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("docs/errors.md is not that of the table: run 'make golden'\n%s", diff)
	}
	for _, c := range codes.Table {
		_, anchor, _ := strings.Cut(HelpURI(c.Code), "#")
		if !strings.Contains(strings.ToLower(string(got)), "\n### "+anchor+"\n") {
			t.Errorf("%s has no heading", c.Code)
		}
	}
}

func TestSARIFIsWhatItsSchemaAllows(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join("testdata", "sarif-schema-2.1.0.json"))
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]*Report{"findings of all kinds": sample(), "nothing at all": {Codes: codes.Table}} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := r.Write(&b, "sarif"); err != nil {
				t.Fatal(err)
			}
			doc, err := jsonschema.UnmarshalJSON(&b)
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(doc); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestFormatsCanBeReadBack(t *testing.T) {
	var b bytes.Buffer
	if err := sample().Write(&b, "json"); err != nil {
		t.Fatal(err)
	}
	var doc Document
	if err := json.Unmarshal(b.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sample().document(), doc); diff != "" {
		t.Error(diff)
	}
	b.Reset()
	if err := sample().Write(&b, "junit"); err != nil {
		t.Fatal(err)
	}
	var suites testSuites
	if err := xml.Unmarshal(b.Bytes(), &suites); err != nil {
		t.Fatal(err)
	}
	if suites.Tests != 4 || suites.Failures != 3 {
		t.Errorf("%d tests, %d failures, want 4 and 3", suites.Tests, suites.Failures)
	}
}

func TestWorkflowCommandsAreEscaped(t *testing.T) {
	for name, tc := range map[string]struct {
		d    diag.Diagnostic
		want string
	}{
		"line ends and percent signs of a message": {diag.Diagnostic{Message: "50%\r\n::error::x"}, "::error title=%3A ::50%25%0D%0A::error::x"},
		"colons and commas of a property":          {diag.Diagnostic{File: "/a,b:c.cue", Message: "m"}, "::error file=a%2Cb%3Ac.cue,title=%3A ::m"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := (&Report{Base: "/"}).command(&tc.d); got != tc.want {
				t.Error(cmp.Diff(tc.want, got))
			}
		})
	}
}

func TestExcerpts(t *testing.T) {
	long := strings.Repeat("x", 200) + "HERE" + strings.Repeat("y", 200)
	for name, tc := range map[string]struct {
		line   string
		column int
		color  bool
		want   string
	}{
		"a tab before the place stays a tab":       {line: "\ta: 1", column: 2, want: "  1 | \ta: 1\n    | \t^\n"},
		"a column counts bytes":                    {line: "ä: b", column: 5, want: "  1 | ä: b\n    |    ^\n"},
		"the end of the line has a place":          {line: "a", column: 2, want: "  1 | a\n    |  ^\n"},
		"a long line is cut":                       {line: long, column: 201, want: "  1 | …" + strings.Repeat("x", 66) + "HERE" + strings.Repeat("y", 29) + "…\n    | " + strings.Repeat(" ", 67) + "^\n"},
		"a line that fits is whole":                {line: long[:99], column: 99, want: "  1 | " + long[:99] + "\n    | " + strings.Repeat(" ", 98) + "^\n"},
		"a column that the line lacks has no mark": {line: "a", column: 9},
		"what moves the cursor is not printed":     {line: "a\x1b[2J", column: 1, want: "  1 | a?[2J\n    | ^\n"},
		"the mark has the colour of the finding":   {line: "a", column: 1, color: true, want: "  1 | a\n    | \x1b[1;31m^\x1b[0m\n"},
	} {
		t.Run(name, func(t *testing.T) {
			text := Text{Excerpts: true, Color: tc.color, Lines: func(string) []string { return []string{tc.line} }}
			got := text.Finding(&diag.Diagnostic{Code: "KD000", File: "f.cue", Line: 1, Column: tc.column, Message: "m"})
			if _, got, _ = strings.Cut(got, "\n"); got != tc.want {
				t.Error(cmp.Diff(tc.want, got))
			}
		})
	}
}
