package runtime

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// root is the repository.
const root = "../.."

var (
	declared = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	named    = regexp.MustCompile("`((?:Test|Fuzz)\\w+)(?:/(\\w+))?`")
)

func TestThePagesOfSemanticsNameTests(t *testing.T) {
	tests := testsOfTheRepository(t)
	for page, tables := range map[string]struct {
		after   string // which heading
		atLeast int
	}{
		"docs/semantics.md": {"## Kinds", 50},
		"docs/from-kudo.md": {"## What its suites asserted", 30},
	} {
		text, err := os.ReadFile(filepath.Join(root, page))
		if err != nil {
			t.Fatal(err)
		}
		_, text, found := bytes.Cut(text, []byte(tables.after))
		sentences := 0
		for line := range strings.Lines(string(text)) {
			names := named.FindAllStringSubmatch(line, -1)
			if strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "| |") && !strings.HasSuffix(line, "| here |\n") {
				if sentences++; len(names) == 0 {
					t.Errorf("%s: no test is named for: %s", page, line)
				}
			}
			for _, n := range names {
				exists(t, tests, n)
			}
		}
		if !found || sentences < tables.atLeast {
			t.Errorf("%s: only %d sentences were found", page, sentences)
		}
	}
}

// exists fails if there is no such test; a name is given whole, as that of the test, and as that of a script or "".
func exists(t *testing.T, tests map[string]bool, name []string) {
	t.Helper()
	if !tests[name[1]] {
		t.Errorf("there is no test %s", name[0])
	}
	if name[2] == "" {
		return
	}
	if _, err := os.Stat(filepath.Join(root, "testdata/script/cluster", name[2]+".txtar")); err != nil {
		t.Errorf("there is no script %s: %v", name[0], err)
	}
}

// testsOfTheRepository are the names of all tests.
func testsOfTheRepository(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range declared.FindAllStringSubmatch(string(text), -1) {
			out[m[1]] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
