package revision

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// repository makes one with a commit, which the tag v1 names, and changes after it.
func repository(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("needs git")
	}
	dir := t.TempDir()
	write := func(name, content string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"}, args...)...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %s", args, out)
		}
	}
	write("a b/f.cue", "one")
	write("a b/deep/g.cue", "deep")
	write("other/h.cue", "other")
	if err := os.Symlink("f.cue", filepath.Join(dir, "a b", "link.cue")); err != nil {
		t.Fatal(err)
	}
	run("init", "-q")
	run("add", ".")
	run("commit", "-q", "-m", "first")
	run("tag", "v1")
	write("a b/f.cue", "two")
	write("new/f.cue", "new")
	run("add", ".")
	run("commit", "-q", "-m", "second")
	return dir
}

func TestExportWritesWhatADirectoryHeld(t *testing.T) {
	dir, into := repository(t), t.TempDir()
	t.Setenv("GIT_DIR", ".git") // as in a hook
	if err := Export(t.Context(), filepath.Join(dir, "a b"), "v1", into); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"f.cue": "one", "link.cue": "one", "deep/g.cue": "deep"} {
		if b, err := os.ReadFile(filepath.Join(into, name)); err != nil || string(b) != want {
			t.Errorf("%s holds %q, want %q (%v)", name, b, want, err)
		}
	}
	if _, err := os.Stat(filepath.Join(into, "other")); err == nil {
		t.Error("what is beside the directory was written too")
	}
	whole := t.TempDir()
	if err := Export(t.Context(), dir, "HEAD~1", whole); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(filepath.Join(whole, "a b", "f.cue")); err != nil || string(b) != "one" {
		t.Errorf("the top of the repository: %q, %v", b, err)
	}
}

func TestExportSaysWhyItCannot(t *testing.T) {
	dir := repository(t)
	if err := Export(t.Context(), filepath.Join(dir, "new"), "v1", t.TempDir()); !errors.Is(err, ErrAbsent) {
		t.Errorf("a directory that is newer: %v", err)
	}
	for name, tc := range map[string]struct{ dir, ref, path, want string }{
		"a revision that there is not": {dir: dir, ref: "nothing", want: `there is no revision or directory "nothing"`},
		"a flag instead of a revision": {dir: dir, ref: "--output=x", want: "is not the name of a revision"},
		"a directory without history":  {dir: t.TempDir(), ref: "v1", want: "not a git repository"},
		"a machine without git":        {dir: dir, ref: "v1", path: t.TempDir(), want: "needs git, which is not installed"},
	} {
		t.Run(name, func(t *testing.T) {
			if tc.path != "" {
				t.Setenv("PATH", tc.path)
			}
			if err := Export(t.Context(), tc.dir, tc.ref, t.TempDir()); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%v, want %s", err, tc.want)
			}
		})
	}
}
