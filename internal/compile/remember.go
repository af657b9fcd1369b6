package compile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Memory remembers builds, so that an unchanged framework is not compiled and validated again. Whatever the outcome depends
// on besides the sources, the compiler and what is embedded in it, a memory must tell apart.
type Memory interface {
	// Recall returns the build of that key, if it has it.
	Recall(key string) (build []byte, ok bool)
	// Remember keeps a build. What cannot be kept is made again.
	Remember(key string, build []byte)
}

// remembered is a build as a memory keeps it.
type remembered struct {
	Result      *Result
	Diagnostics Diagnostics
}

// recall returns the build that a memory has of the framework as it is now, and the key under which to keep it if there is
// none; without a key it cannot be kept.
func recall(opts Options) (r *remembered, key string) {
	if opts.Memory == nil {
		return nil, ""
	}
	key, err := sourcesKey(opts)
	if err != nil {
		return nil, "" // loading says what is wrong
	}
	b, ok := opts.Memory.Recall(key)
	if !ok || json.Unmarshal(b, &r) != nil || r == nil || r.Result == nil {
		return nil, key
	}
	return r, key
}

// keep gives a build without errors to the memory.
func keep(opts Options, key string, r *remembered) {
	if key == "" || r.Diagnostics.HasErrors() {
		return
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // templates are kept to the byte
	if e.Encode(r) == nil {
		opts.Memory.Remember(key, b.Bytes())
	}
}

// How much there may be to read before a build is rather made anew.
const (
	maxSourceFiles = 2000
	maxSourceBytes = 32 << 20
)

var errNotRemembered = errors.New("the sources are not all known without loading them")

// sourcesKey identifies everything that the author can change: the files of the framework and, where it belongs to a
// module, all of that module, from which it may import.
func sourcesKey(opts Options) (string, error) {
	dir, err := filepath.Abs(opts.Dir)
	if err != nil {
		return "", err
	}
	s := &sources{Hash: sha256.New()}
	fmt.Fprintf(s, "%s\n%d\n%s\n", opts.KudocVersion, opts.Inputs, dir)
	root := moduleRoot(dir)
	if root == "" {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return "", err
		}
		for _, e := range entries {
			if err := s.add(filepath.Join(dir, e.Name()), e); err != nil {
				return "", err
			}
		}
		return hex.EncodeToString(s.Sum(nil)), nil
	}
	provided := filepath.Join(root, "cue.mod", "pkg", "kudoc.dev")
	err = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && (path == provided || e.Name() == ".git"):
			return fs.SkipDir
		case e.IsDir():
			return nil
		}
		return s.add(path, e)
	})
	return hex.EncodeToString(s.Sum(nil)), err
}

// sources is the digest of files.
type sources struct {
	hash.Hash
	files, bytes int
}

// add adds a CUE file. Through a link to a directory, and by an attribute that embeds a file, a package reaches what is not
// seen here.
func (s *sources) add(path string, e fs.DirEntry) error {
	if e.Type()&fs.ModeSymlink != 0 {
		if info, err := os.Stat(path); err != nil || info.IsDir() {
			return errNotRemembered
		}
	} else if e.IsDir() {
		return nil
	}
	if !strings.HasSuffix(path, ".cue") {
		return nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	s.files++
	s.bytes += len(b)
	if s.files > maxSourceFiles || s.bytes > maxSourceBytes || bytes.Contains(b, []byte("@extern")) {
		return errNotRemembered
	}
	fmt.Fprintf(s, "%s %d\n", path, len(b))
	_, err = s.Write(b)
	return err
}
