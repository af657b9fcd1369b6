package graph

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/kudoc/kudoc/internal/compile"
)

// TestAGraphShowsEverything compares every format with what is recorded. KUDOC_UPDATE=1 writes it anew.
func TestAGraphShowsEverything(t *testing.T) {
	path := filepath.Join("testdata", "shop.txtar")
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "framework.cue"), archive.Files[0].Data, 0o644); err != nil {
		t.Fatal(err)
	}
	g := graphOf(t, dir)
	recorded := archive.Files[1:]
	archive.Files = archive.Files[:1:1]
	for _, format := range Formats {
		name, got := "graph."+format, g.As(format)
		archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(got)})
		want := ""
		if n := slices.IndexFunc(recorded, func(f txtar.File) bool { return f.Name == name }); n >= 0 {
			want = string(recorded[n].Data)
		}
		if diff := cmp.Diff(want, got); diff != "" && os.Getenv("KUDOC_UPDATE") == "" {
			t.Errorf("%s: run 'make golden' and look at it\n%s", name, diff)
		}
	}
	if os.Getenv("KUDOC_UPDATE") != "" {
		if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestThePictureInTheDocumentsIsThatOfTheFramework does the same for docs/zookeeper.svg.
func TestThePictureInTheDocumentsIsThatOfTheFramework(t *testing.T) {
	g := graphOf(t, filepath.Join("..", "..", "frameworks", "zookeeper"))
	golden := filepath.Join("..", "..", "docs", "zookeeper.svg")
	if os.Getenv("KUDOC_UPDATE") != "" {
		if err := os.WriteFile(golden, []byte(g.SVG()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), g.SVG()); diff != "" {
		t.Errorf("%s: run 'make golden' and look at it\n%s", golden, diff)
	}
}

// TestWhatAuthorsWriteCannotBreakTheFormats: names of objects and conditions are text to all of them.
func TestWhatAuthorsWriteCannotBreakTheFormats(t *testing.T) {
	odd := `a "b" <c> & \d` + "`"
	g := &Graph{Name: odd, Plans: []Plan{{Name: odd, Starts: []string{odd}, Phases: []Phase{{Name: odd, Steps: []Step{
		{Name: odd, When: odd, Tasks: []Task{{Name: odd, Verb: "apply", Objects: []Object{{Kind: odd, Name: odd}}}}},
	}}}}}}
	d := xml.NewDecoder(strings.NewReader(g.SVG()))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	for line := range strings.Lines(g.Mermaid()) {
		if n := strings.Count(line, `"`); n%2 != 0 || n > 2 {
			t.Errorf("mermaid: quotes within a text: %s", line)
		}
	}
	for line := range strings.Lines(g.Dot()) {
		if strings.Count(strings.ReplaceAll(line, `\"`, ""), `"`)%2 != 0 {
			t.Errorf("dot: quotes within a text: %s", line)
		}
	}
}

func TestNothingIsOutsideOfThePicture(t *testing.T) {
	long := strings.Repeat("a-long-name-", 20)
	step := Step{Name: long, When: long, Notes: []string{"at most 1h"}, Tasks: []Task{{Name: long, Verb: "run", Objects: []Object{{Kind: long, Name: long}}}}}
	phase := Phase{Name: "p", Steps: []Step{step, step}}
	tests := map[string]Plan{
		"in order, in several rows": {Name: "p", Starts: []string{long}, Phases: []Phase{phase, phase, phase, phase, phase}},
		"in parallel":               {Name: "p", Starts: []string{"x"}, Parallel: true, Phases: []Phase{phase, {Name: "q", Parallel: true, Steps: []Step{step, step}}}},
		"as little as there can be": {Name: "p", Starts: []string{"x"}, Phases: []Phase{{Name: "p", Steps: []Step{{Name: "s"}}}}},
	}
	for name, plan := range tests {
		t.Run(name, func(t *testing.T) {
			p := (&Graph{Name: "g", Plans: []Plan{plan, plan}}).picture()
			for _, s := range p.shapes {
				w := s.w
				if s.kind == "text" {
					w = 10
				}
				for _, at := range append(s.points, point{s.x, s.y}, point{s.x + w, s.y + s.h}) {
					if at.x < 0 || at.y < 0 || at.x > p.w || at.y > p.h {
						t.Errorf("%s %q %q is at %v of %dx%d", s.kind, s.class, s.text, at, p.w, p.h)
					}
				}
			}
		})
	}
}

func graphOf(t *testing.T, dir string) *Graph {
	t.Helper()
	res, ds := compile.Framework(compile.Options{Dir: dir, KudocVersion: "test", Inputs: 1})
	if res == nil {
		t.Fatal(ds)
	}
	g, err := Of(res.Framework, res.Version, "")
	if err != nil {
		t.Fatal(err)
	}
	return g
}
