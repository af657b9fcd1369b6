package compile

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/kudoc/kudoc/internal/compile/diag"
)

// marked is an expected diagnostic, in place: // KD104 "part of the message".
var marked = regexp.MustCompile(`// (KD\d+) "((?:[^"\\]|\\.)*)"`)

// expect compares diagnostics with those that the files in dir announce on the lines where they must be.
func expect(t *testing.T, dir string, ds diag.Diagnostics) {
	t.Helper()
	type want struct{ code, text string }
	wants := map[string][]want{}
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".cue") {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		s := bufio.NewScanner(f)
		for line := 1; s.Scan(); line++ {
			for _, m := range marked.FindAllStringSubmatch(s.Text(), -1) {
				key := fmt.Sprintf("%s:%d", path, line)
				wants[key] = append(wants[key], want{m[1], strings.ReplaceAll(m[2], `\"`, `"`)})
			}
		}
		return s.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
next:
	for _, d := range ds {
		key := fmt.Sprintf("%s:%d", d.File, d.Line)
		for i, w := range wants[key] {
			if w.code == d.Code && strings.Contains(d.String(), w.text) {
				wants[key] = append(wants[key][:i], wants[key][i+1:]...)
				continue next
			}
		}
		t.Errorf("%s: unexpected %s", strings.TrimPrefix(key, dir+"/"), d)
	}
	for key, ws := range wants {
		for _, w := range ws {
			t.Errorf("%s: missing %s %q", strings.TrimPrefix(key, dir+"/"), w.code, w.text)
		}
	}
}
