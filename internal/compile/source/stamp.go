package source

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/kudoc/kudoc/internal/compile/crds"
)

// Stamp changes when somebody saves a file that a framework is made of: one in its directory, or a CUE file of the module
// that it belongs to. It reads no file, so that it can be asked for often. What cannot be seen is as if it were not there.
func Stamp(dir string) string {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	var b strings.Builder
	add := func(path string) {
		if info, err := os.Stat(path); err == nil {
			fmt.Fprintf(&b, "%s %d %d\n", path, info.Size(), info.ModTime().UnixNano())
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return ""
	}
	for _, e := range entries {
		if !e.IsDir() && !strings.HasPrefix(e.Name(), ".") { // editors keep hidden files beside what is edited
			add(filepath.Join(dir, e.Name()))
		}
	}
	root := moduleRoot(dir)
	if root == "" {
		definitions, err := crds.Files(dir, false)
		if err != nil {
			return b.String()
		}
		for _, path := range definitions {
			add(path)
		}
		return b.String()
	}
	_ = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fs.SkipDir
		case e.IsDir() && (e.Name() == ".git" || path == filepath.Join(root, "cue.mod", "pkg", "kudoc.dev")):
			return fs.SkipDir
		case !e.IsDir() && (strings.HasSuffix(path, ".cue") || crds.IsFile(path)):
			add(path)
		}
		return nil
	})
	return b.String()
}
