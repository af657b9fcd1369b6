package image

import (
	"archive/tar"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"time"
)

// epoch is the time of every file that is made here: the same recipe gives the
// same bytes.
var epoch = time.Unix(1700000000, 0)

// writeFiles writes a layer of files and the folders above them. Folders that
// packages may have made are left as those made them.
func writeFiles(w io.Writer, entries []File) error {
	tw := tar.NewWriter(w)
	made := map[string]bool{}
	for _, f := range entries {
		if f.Dir {
			made[f.Path] = true
		}
		if err := tw.WriteHeader(f.header()); err != nil {
			return fmt.Errorf("write %s: %w", f.Path, err)
		}
		if _, err := io.WriteString(tw, f.Content); err != nil {
			return fmt.Errorf("write %s: %w", f.Path, err)
		}
	}
	return tw.Close()
}

func (f File) header() *tar.Header {
	h := &tar.Header{
		Name: strings.TrimPrefix(f.Path, "/"), Mode: f.Mode, Uid: f.Owner, Gid: f.Owner,
		Size: int64(len(f.Content)), Typeflag: tar.TypeReg, ModTime: epoch, Format: tar.FormatPAX,
	}
	switch {
	case f.Dir:
		h.Typeflag, h.Name = tar.TypeDir, h.Name+"/"
	case f.Link != "":
		h.Typeflag, h.Linkname = tar.TypeSymlink, f.Link
	}
	return h
}

// writeHostFiles writes files of this machine, by their path in the image.
func writeHostFiles(w io.Writer, sources map[string]string, mode int64) error {
	tw := tar.NewWriter(w)
	for _, target := range sortedKeys(sources) {
		if err := copyFile(tw, sources[target], target, mode); err != nil {
			return err
		}
	}
	return tw.Close()
}

func copyFile(tw *tar.Writer, source, target string, mode int64) error {
	f, err := os.Open(source)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	h := &tar.Header{Name: strings.TrimPrefix(target, "/"), Mode: mode, Size: info.Size(), Typeflag: tar.TypeReg, ModTime: epoch, Format: tar.FormatPAX}
	if err := tw.WriteHeader(h); err != nil {
		return fmt.Errorf("write %s: %w", target, err)
	}
	_, err = io.Copy(tw, f)
	return err
}

// jarSources maps where an image has its jars to where they are here.
func jarSources(dir, target string) (map[string]string, error) {
	found, err := filepath.Glob(filepath.Join(dir, "*.jar"))
	if err != nil {
		return nil, err
	}
	sources := map[string]string{}
	for _, f := range found {
		sources[path.Join(target, filepath.Base(f))] = f
	}
	return sources, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
