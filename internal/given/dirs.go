package given

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kudoc/kudoc/internal/compile/source"
)

// FrameworkDirs expands DIR/... to the directories below DIR that hold frameworks, and checks that the others exist.
func FrameworkDirs(patterns []string) ([]string, error) {
	var out []string
	for _, p := range patterns {
		root, recursive := strings.CutSuffix(filepath.ToSlash(p), "/...")
		if p == "..." {
			root, recursive = ".", true
		}
		if err := IsDir(root); err != nil {
			return nil, err
		}
		if !recursive {
			out = append(out, root)
			continue
		}
		dirs, err := CUEDirs(root)
		if err != nil {
			return nil, err
		}
		if len(dirs) == 0 {
			return nil, Wrong("no CUE files below %s", root)
		}
		if dirs = slices.DeleteFunc(dirs, func(dir string) bool { return !source.HoldsFramework(dir) }); len(dirs) == 0 {
			return nil, Wrong("no framework below %s: the CUE packages there do not embed kudoc.#Framework", root)
		}
		out = append(out, dirs...)
	}
	return once(out), nil
}

// once drops directories that are there already under another spelling.
func once(dirs []string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(dirs, func(dir string) bool {
		clean := filepath.Clean(dir)
		defer func() { seen[clean] = true }()
		return seen[clean]
	})
}

// IsDir demands a directory.
func IsDir(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Wrong("there is no directory %s", path)
	case err != nil:
		return err
	case !info.IsDir():
		return Wrong("%s is not a directory: name the directory that holds the framework", path)
	}
	return nil
}

// CUEDirs are the directories below one that hold CUE files.
func CUEDirs(root string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := path != root && (strings.HasPrefix(d.Name(), ".") || strings.HasPrefix(d.Name(), "_") || d.Name() == "cue.mod")
		if d.IsDir() && hidden {
			return fs.SkipDir
		}
		if dir := filepath.Dir(path); !d.IsDir() && filepath.Ext(path) == ".cue" && !slices.Contains(out, dir) {
			out = append(out, dir)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("walk %s: %w", root, err)
	}
	return out, nil
}

// Stamp changes when a file of the frameworks is saved.
func Stamp(patterns []string) string {
	dirs, err := FrameworkDirs(patterns)
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	for _, dir := range dirs {
		b.WriteString(dir + "\n" + source.Stamp(dir))
	}
	return b.String()
}
