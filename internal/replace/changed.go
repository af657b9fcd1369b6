package replace

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// Changed writes the files of a directory that are not what they should be, and says which.
func Changed(stderr io.Writer, dir string, files map[string][]byte) error {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(dir, name)
		if old, err := os.ReadFile(path); err == nil && string(old) == string(files[name]) {
			continue
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("make a directory: %w", err)
		}
		if err := File(path, files[name]); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(stderr, "wrote", path); err != nil {
			return err
		}
	}
	return nil
}
