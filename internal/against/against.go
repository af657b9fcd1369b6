// Package against compares a framework with another version of it, which a directory holds, or a revision of Git.
package against

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/kudoc/kudoc/internal/compile"
	"github.com/kudoc/kudoc/internal/compile/compat"
	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/source"
	"github.com/kudoc/kudoc/internal/given"
	"github.com/kudoc/kudoc/internal/revision"
)

// Other says where the other version is.
type Other struct {
	// Name is a directory, or else a revision.
	Name string
	// WorkingDir is the one that a tree of frameworks is for; "" where it is not known.
	WorkingDir string
	// KudocVersion compiles it.
	KudocVersion string
}

// Changes are what those who use the other version have to know about a framework. A new framework has none.
func (o Other) Changes(ctx context.Context, res *compile.Result, dir string) (diag.Diagnostics, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	tmp, err := os.MkdirTemp("", "kudoc-against-")
	if err != nil {
		return nil, fmt.Errorf("make a directory for the version before: %w", err)
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	before, err := o.before(ctx, dir, tmp)
	if err != nil || before == "" {
		return nil, err
	}
	old, diags := compile.Framework(compile.Options{Dir: before, KudocVersion: o.KudocVersion, Inputs: 1})
	if first := diags.FirstError(); first != nil {
		d := diag.New(diag.Incomparable, "the version in %s does not compile with this kudoc: %s", o.Name, first)
		d.File = dir
		return diag.Diagnostics{d}, nil
	}
	return compat.InSources(compat.Compare(old.Version, res.Version), dir), nil
}

// before is the directory with the version before of the framework in a directory, or "" if there is none. A directory is
// the framework itself, or a tree in which it is at the same place below the working directory.
func (o Other) before(ctx context.Context, dir, tmp string) (string, error) {
	if info, err := os.Stat(o.Name); err == nil && info.IsDir() {
		if rel, err := filepath.Rel(o.WorkingDir, dir); err == nil && filepath.IsLocal(rel) && rel != "." && exists(filepath.Join(o.Name, rel)) {
			return filepath.Join(o.Name, rel), nil
		}
		if dirs, err := given.CUEDirs(o.Name); err != nil || len(dirs) == 0 || filepath.Clean(dirs[0]) != filepath.Clean(o.Name) {
			return "", err
		}
		return o.Name, nil
	}
	root := source.Root(dir)
	rel, err := filepath.Rel(root, dir)
	if err != nil {
		return "", err
	}
	if err := revision.Export(ctx, root, o.Name, tmp); errors.Is(err, revision.ErrAbsent) {
		return "", nil
	} else if err != nil {
		return "", err
	}
	if before := filepath.Join(tmp, rel); exists(before) {
		return before, nil
	}
	return "", nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
