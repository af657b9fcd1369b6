package source

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/kudoc/kudoc/internal/compile/crds"
)

// How much there may be to read before a build is rather made anew.
const (
	maxSourceFiles = 2000
	maxSourceBytes = 32 << 20
)

var errUnseen = errors.New("the sources are not all known without loading them")

// Key identifies everything that the author can change: the files of the framework and, where it belongs to a module, all
// of that module, from which it may import; and more that the caller tells apart. It does not load anything.
func Key(dir string, more ...string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	s := &sources{digest: sha256.New()}
	s.digest.Write(fmt.Appendf(nil, "%q\n%s\n", more, dir))
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
		definitions, err := crds.Files(dir, false)
		if err != nil {
			return "", err
		}
		for _, path := range definitions {
			info, err := os.Lstat(path)
			if err == nil {
				err = s.add(path, fs.FileInfoToDirEntry(info))
			}
			if err != nil {
				return "", err
			}
		}
		return hex.EncodeToString(s.digest.Sum(nil)), nil
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
	return hex.EncodeToString(s.digest.Sum(nil)), err
}

// sources is the digest of files.
type sources struct {
	digest       hash.Hash
	files, bytes int
}

// add adds a CUE file, or one of definitions of kinds. Through a link to a directory, and by an attribute that embeds a file, a package reaches what is not
// seen here.
func (s *sources) add(path string, e fs.DirEntry) error {
	if e.Type()&fs.ModeSymlink != 0 {
		if info, err := os.Stat(path); err != nil || info.IsDir() {
			return errUnseen
		}
	} else if e.IsDir() {
		return nil
	}
	if !strings.HasSuffix(path, ".cue") && !crds.IsFile(path) {
		return nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if IsTest(path) { // CUE ignores it, but not that it belongs to another package
		b = packageClause(b)
	}
	s.files++
	s.bytes += len(b)
	if s.files > maxSourceFiles || s.bytes > maxSourceBytes || bytes.Contains(b, []byte("@extern")) {
		return errUnseen
	}
	s.digest.Write(fmt.Appendf(nil, "%s %d\n", path, len(b)))
	s.digest.Write(b)
	return nil
}
