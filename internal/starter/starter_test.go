package starter

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kudoc/kudoc/internal/compile"
	"github.com/kudoc/kudoc/internal/structural"
)

func TestANewFrameworkIsCleanWhateverItsName(t *testing.T) {
	for _, name := range []string{"shop", "my-shop-2", "for", "string", "a", "name", "instance", strings.Repeat("a", maxName)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "new", "one")
			if _, err := Write(name, dir); err != nil {
				t.Fatal(err)
			}
			res, ds := compile.Framework(compile.Options{Dir: dir, KudocVersion: "test", Structure: structural.Check})
			if len(ds) > 0 {
				t.Fatal(ds)
			}
			if res.Version.Spec.Framework != name {
				t.Errorf("the framework is named %q", res.Version.Spec.Framework)
			}
			if diff := cmp.Diff([]string{"deploy", "update", "check"}, plans(res)); diff != "" {
				t.Errorf("plans (-want +got)\n%s", diff)
			}
		})
	}
}

func TestNothingIsOverwritten(t *testing.T) {
	dir := t.TempDir()
	mine := filepath.Join(dir, "plans.cue")
	if err := os.WriteFile(mine, []byte("package mine\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Write("shop", dir)
	if err == nil || !strings.Contains(err.Error(), "holds CUE files already: name another directory") {
		t.Errorf("got %v", err)
	}
	if err := create(mine, nil); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("got %v, %v", entries, err)
	}
}

func TestCheckName(t *testing.T) {
	tests := map[string]struct{ name, want string }{
		"a name with hyphens":          {"my-shop", ""},
		"capital letters":              {"Shop", `"Shop" is not a name`},
		"a hyphen at the end":          {"shop-", `"shop-" is not a name`},
		"a path":                       {"./shop", `"./shop" is not a name`},
		"nothing":                      {"", `"" is not a name`},
		"no room for names of objects": {strings.Repeat("a", 41), "at most 40 letters"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := CheckName(tt.name)
			if got := errorText(err); !strings.Contains(got, tt.want) || (tt.want == "") != (got == "") {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func plans(res *compile.Result) []string {
	var out []string
	for _, p := range res.Version.Spec.Plans {
		out = append(out, p.Name)
	}
	return out
}
