// Package memory keeps builds in the user's cache folder, so that an unchanged framework is not compiled again.
package memory

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/kudoc/kudoc/internal/compile"
)

// size is how many builds are remembered, and slack how many more there may be before the oldest are forgotten.
const size, slack = 1000, 200

// memory remembers builds as files in the user's cache folder. It is a convenience: whatever goes wrong
// with it, builds are validated again.
type memory struct{ dir string }

// New is the memory of this very program, of some version; without a cache folder there is none.
func New(version string) compile.Memory {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil
	}
	program, err := os.Executable()
	if err != nil {
		return nil
	}
	info, err := os.Stat(program)
	if err != nil {
		return nil
	}
	identity := fmt.Sprintf("%s-%d-%d", version, info.Size(), info.ModTime().UnixNano())
	return &memory{filepath.Join(cache, "kudoc", "builds", filepath.Base(identity))}
}

func (m *memory) file(key string) string { return filepath.Join(m.dir, key) }

// Recall reads a file, and keeps it from being forgotten.
func (m *memory) Recall(key string) ([]byte, bool) {
	build, err := os.ReadFile(m.file(key))
	if err != nil {
		return nil, false
	}
	now := time.Now()
	_ = os.Chtimes(m.file(key), now, now)
	return build, true
}

// Remember writes a file. Memories of other programs are forgotten: they will not be asked again.
func (m *memory) Remember(key string, build []byte) {
	if err := os.MkdirAll(m.dir, 0o700); err != nil {
		return
	}
	tmp := m.file(fmt.Sprintf(".%s-%d", key, os.Getpid())) // another process may be reading
	if os.WriteFile(tmp, build, 0o600) != nil || os.Rename(tmp, m.file(key)) != nil {
		_ = os.Remove(tmp)
		return
	}
	m.forget()
}

func (m *memory) forget() {
	siblings, err := os.ReadDir(filepath.Dir(m.dir))
	if err != nil {
		return
	}
	for _, s := range siblings {
		if info, err := s.Info(); err == nil && s.Name() != filepath.Base(m.dir) && time.Since(info.ModTime()) > 30*24*time.Hour {
			_ = os.RemoveAll(filepath.Join(filepath.Dir(m.dir), s.Name()))
		}
	}
	entries, err := os.ReadDir(m.dir)
	if err != nil || len(entries) <= size+slack {
		return
	}
	age := func(e fs.DirEntry) time.Time {
		info, err := e.Info()
		if err != nil {
			return time.Time{}
		}
		return info.ModTime()
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int {
		return cmp.Or(age(a).Compare(age(b)), cmp.Compare(a.Name(), b.Name()))
	})
	for _, e := range entries[:len(entries)-size] {
		_ = os.Remove(m.file(e.Name()))
	}
}
