// Package folder is the folder of a sandbox: where its files are, what may be
// removed from it, and the lock that tells whether the sandbox lives.
package folder

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// DirEnv names the environment variable that moves the default sandbox.
const DirEnv = "KUDOC_SANDBOX_DIR"

// Layout says where the files of a sandbox are. Everything that a sandbox
// writes is below Dir, so that removing these entries removes the sandbox.
type Layout struct {
	Dir string
}

// Kubeconfig is the file that gives its reader full rights on the sandbox.
func (l Layout) Kubeconfig() string { return l.Path("kubeconfig") }

// Log is where the output of a component, or of the supervisor, goes.
func (l Layout) Log(name string) string { return filepath.Join(l.Dir, "logs", name+".log") }

// Cache is where kubectl may keep what it learns about the sandbox.
func (l Layout) Cache() string { return l.Path("cache") }

// State is the file in which the supervisor records how far the sandbox is.
func (l Layout) State() string { return l.Path("state.json") }

// Logs is the folder of all logs.
func (l Layout) Logs() string { return l.Path("logs") }

// Path names a file or folder of the sandbox.
func (l Layout) Path(elem ...string) string {
	return filepath.Join(append([]string{l.Dir}, elem...)...)
}

// Owned lists the top-level names that a sandbox may create in its folder.
// Clean-up removes these and nothing else: a mistyped --dir must not cost
// anyone their files.
func Owned() []string {
	return []string{"state.json", "kubeconfig", "pki", "config", "etcd", "work", "cache", "logs", "node"}
}

// Prepare makes the folder private to the user. It refuses a folder that holds
// anything which is not a sandbox's, because clean-up would then be a guess.
func (l Layout) Prepare() error {
	if err := os.MkdirAll(l.Dir, 0o700); err != nil {
		return fmt.Errorf("create the sandbox folder: %w", err)
	}
	entries, err := os.ReadDir(l.Dir)
	if err != nil {
		return fmt.Errorf("read the sandbox folder: %w", err)
	}
	for _, e := range entries {
		if !slices.Contains(Owned(), strings.TrimSuffix(e.Name(), newSuffix)) {
			return fmt.Errorf("%s holds %q, which no sandbox made: choose an empty folder with --dir or %s", l.Dir, e.Name(), DirEnv)
		}
	}
	// The folder may have been there before, with other rights; keys go into it.
	if err := os.Chmod(l.Dir, 0o700); err != nil {
		return fmt.Errorf("make the sandbox folder private: %w", err)
	}
	return nil
}

// Used reports whether a sandbox has left files in the folder.
func (l Layout) Used() bool {
	for _, name := range Owned() {
		if _, err := os.Lstat(l.Path(name)); err == nil {
			return true
		}
	}
	return false
}

// Clear removes the sandbox's files; keep names those that stay. The folder
// itself goes when nothing is left in it.
func (l Layout) Clear(keep ...string) error {
	for _, name := range Owned() {
		if slices.Contains(keep, name) {
			continue
		}
		for _, path := range []string{l.Path(name), l.Path(name + newSuffix)} {
			if err := os.RemoveAll(path); err != nil {
				return fmt.Errorf("remove the sandbox's files: %w", err)
			}
		}
	}
	if entries, err := os.ReadDir(l.Dir); err == nil && len(entries) == 0 && len(keep) == 0 {
		if err := os.Remove(l.Dir); err != nil {
			return fmt.Errorf("remove the sandbox folder: %w", err)
		}
	}
	return nil
}

// WriteAll writes files, whose names are relative to the folder. They hold
// private keys, so nobody else may read them.
func (l Layout) WriteAll(files map[string][]byte) error {
	for name, content := range files {
		path := l.Path(name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
	}
	return nil
}

// newSuffix marks a file that is being written and will be renamed.
const newSuffix = ".new"

// Replace puts content in place of a file in one step, so that a reader
// sees either the old or the new content.
func Replace(path string, content []byte) error {
	if err := os.WriteFile(path+newSuffix, content, 0o600); err != nil {
		return err
	}
	return os.Rename(path+newSuffix, path)
}

// DefaultDir is the folder of the sandbox that commands mean when none is named.
func DefaultDir(getenv func(string) string) (string, error) {
	if dir := getenv(DirEnv); dir != "" {
		return filepath.Abs(dir)
	}
	root, err := Root()
	if err != nil {
		return "", err
	}
	return filepath.Join(root, "default"), nil
}

// Root is the folder below which sandboxes live unless a folder is named.
func Root() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find a place for the sandbox: %w; name one with --dir or %s", err, DirEnv)
	}
	return filepath.Join(cache, "kudoc", "sandbox"), nil
}
