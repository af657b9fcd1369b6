package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// shown is what a film shows at a moment, row by row.
func shown(f film, at float64) []string {
	var rows []string
	for _, v := range f.versions {
		if v.from <= at && (at < v.to || v.to >= f.end) {
			for len(rows) <= v.row {
				rows = append(rows, "")
			}
			rows[v.row] = runes(v.cells)
		}
	}
	return rows
}

// TestDevelop: a tree that is redrawn in place is another one at another time, a wait is cut, and rows stay where they are.
func TestDevelop(t *testing.T) {
	c := cast{Width: 20, Height: 2, events: []event{
		{0, "$ apply\r\n"},
		{1, "\r\x1b[2Kdeploy\r\n\r\x1b[2K└ a \x1b[33mruns\x1b[0m\r\n\x1b[J"},
		{100, "\x1b[2A\r\x1b[2Kdeploy\r\n\r\x1b[2K└ a \x1b[32mdone\x1b[0m\r\n\x1b[J"},
		{101, "end"},
	}}
	f := develop(c, 2, 0.1)
	if f.end != 4 {
		t.Errorf("the film takes %v s, want 4", f.end)
	}
	for at, want := range map[float64][]string{
		0.5: {"$ apply"},
		1.5: {"$ apply", "deploy", "└ a runs"},
		3.5: {"$ apply", "deploy", "└ a done"},
		4:   {"$ apply", "deploy", "└ a done", "end"},
	} {
		if diff := cmp.Diff(want, shown(f, at)); diff != "" {
			t.Errorf("at %v s (-want +got):\n%s", at, diff)
		}
	}
}

func TestScreen(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"a tab goes to the next stop":         {"\tx", []string{"        x"}},
		"a long line goes on in the next row": {"abcdefghijkl", []string{"abcdefghij", "kl"}},
		"the rest of a row is erased":         {"abc\r\x1b[K", []string{""}},
		"an unknown sequence":                 {"\x1b[?25lab", []string{"ab"}},
		"a sequence that is cut":              {"ab\x1b[1", []string{"ab"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := &screen{width: 10}
			s.write(test.text)
			var got []string
			for _, r := range s.rows {
				got = append(got, runes(r))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestRecord: what a command prints in its terminal is in the recording, and its picture is well-formed.
func TestRecord(t *testing.T) {
	dir := t.TempDir()
	file, picture := filepath.Join(dir, "a.cast"), filepath.Join(dir, "a.svg")
	if err := run([]string{"record", file, "sh", "-c", `test -t 1 && printf '\033[1mwith <terminal>\033[0m ●\n'`}); err != nil {
		t.Fatal(err)
	}
	if err := run([]string{"draw", file, picture}); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(picture)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(raw), "with &lt;terminal&gt;") || !strings.Contains(string(raw), "●") {
		t.Errorf("the picture lacks the text:\n%s", raw)
	}
	d := xml.NewDecoder(strings.NewReader(string(raw)))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":         "",
		"another version": `{"version":1,"width":80,"height":24}`,
		"a broken event":  "{\"version\":2,\"width\":80,\"height\":24}\n[1]\nx\n",
	} {
		if _, err := read(strings.NewReader(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestWholeCharacters(t *testing.T) {
	for text, want := range map[string]int{"": 0, "ab": 2, "a●": 4, "a\xe2\x97": 1, "\xff": 1} {
		if got := wholeCharacters([]byte(text)); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}
