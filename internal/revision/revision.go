// Package revision reads what a directory held at another revision of its Git repository, with the git of the machine.
package revision

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// ErrAbsent says that the directory did not exist at the revision.
var ErrAbsent = errors.New("the directory did not exist")

// Export writes what a directory held at a revision into another directory, which exists.
func Export(ctx context.Context, dir, ref, into string) error {
	if _, err := exec.LookPath("git"); err != nil {
		return fmt.Errorf("reading revision %q needs git, which is not installed: name a directory with the earlier version instead", ref)
	}
	if ref == "" || strings.HasPrefix(ref, "-") {
		return fmt.Errorf("%q is not the name of a revision", ref)
	}
	top, err := git(ctx, dir, "rev-parse", "--show-toplevel")
	if err != nil {
		return fmt.Errorf("find the repository of %s: %w", dir, err)
	}
	prefix, err := git(ctx, dir, "rev-parse", "--show-prefix")
	if err != nil {
		return fmt.Errorf("find the repository of %s: %w", dir, err)
	}
	commit, err := git(ctx, dir, "rev-parse", "--verify", "--quiet", ref+"^{commit}")
	if err != nil {
		return fmt.Errorf("there is no revision or directory %q: in a shallow clone, fetch it first", ref)
	}
	tree := line(commit) + ":" + strings.TrimSuffix(line(prefix), "/")
	if _, err := git(ctx, line(top), "cat-file", "-e", tree); err != nil {
		return ErrAbsent
	}
	archive, err := git(ctx, line(top), "archive", "--format=tar", tree)
	if err != nil {
		return fmt.Errorf("read revision %q: %w", ref, err)
	}
	return extract(archive, into)
}

// line is the output of a command that prints one.
func line(b []byte) string { return strings.TrimRight(string(b), "\r\n") }

// git runs a command of git in a directory.
func git(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	cmd.Env = append(slices.DeleteFunc(os.Environ(), isRepository), "LC_ALL=C")
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		if text := strings.TrimSpace(complaint.String()); text != "" {
			return nil, errors.New(text)
		}
		return nil, err
	}
	return out.Bytes(), nil
}

// isRepository says whether a variable names a repository: hooks of git have such, for the directory in which they run.
func isRepository(variable string) bool {
	name, _, _ := strings.Cut(variable, "=")
	return slices.Contains([]string{"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"}, name)
}

// extract writes the files, directories and links of an archive, and nothing outside of the directory.
func extract(archive []byte, into string) error {
	root, err := os.OpenRoot(into)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	for r := tar.NewReader(bytes.NewReader(archive)); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read the archive: %w", err)
		}
		if err := write(root, h, r); err != nil {
			return fmt.Errorf("write %s: %w", h.Name, err)
		}
	}
}

func write(root *os.Root, h *tar.Header, content io.Reader) error {
	name := filepath.FromSlash(path.Clean(h.Name))
	if name == "." {
		return nil
	}
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	switch h.Typeflag {
	case tar.TypeDir:
		return root.MkdirAll(name, 0o755)
	case tar.TypeSymlink:
		return root.Symlink(h.Linkname, name)
	case tar.TypeReg:
		b, err := io.ReadAll(content)
		if err != nil {
			return err
		}
		return root.WriteFile(name, b, 0o644)
	}
	return nil // what git archives besides says where the archive comes from
}
