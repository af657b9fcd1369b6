// Package source finds the files of a framework and loads them, together with the language and the Kubernetes types.
package source

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/load"
	"cuelang.org/go/cue/parser"

	"github.com/kudoc/kudoc/schema"
)

// Source is where a framework is, and how to load it again: every consumer of syntax trees gets its own.
type Source struct {
	Dir    string
	config *load.Config
	types  map[string]func() ast.Expr // of the outputs of required packages, by import path
}

// moduleFile is used where the author has no module: a framework needs none.
const moduleFile = "module: \"kudoc.local/framework@v0\"\nlanguage: version: \"v0.17.0\"\n"

// New prepares the loading of a package: the language and the Kubernetes types are served from memory, where CUE
// looks for packages that are not part of a module in a registry.
func New(dir string) (*Source, error) {
	overlay := map[string]load.Source{}
	root := Root(dir)
	if moduleRoot(dir) == "" {
		overlay[filepath.Join(root, "cue.mod", "module.cue")] = load.FromString(moduleFile)
	}
	base := filepath.Join(root, "cue.mod", "pkg", "kudoc.dev")
	err := fs.WalkDir(schema.Files, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".cue") {
			return err
		}
		b, err := schema.Files.ReadFile(path)
		overlay[filepath.Join(base, filepath.FromSlash(path))] = load.FromBytes(b)
		return err
	})
	return &Source{Dir: dir, config: &load.Config{Dir: dir, ModuleRoot: root, Overlay: overlay, Env: []string{}}}, err
}

// Root is the directory that holds all that a framework in a directory may import: its module, or the directory itself.
func Root(dir string) string {
	if root := moduleRoot(dir); root != "" {
		return root
	}
	return dir
}

// moduleRoot is the nearest directory with a cue.mod, or "".
func moduleRoot(dir string) string {
	for {
		if info, err := os.Stat(filepath.Join(dir, "cue.mod")); err == nil && info.IsDir() {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

// Instance loads the package. Its files come in the order of their names.
func (s *Source) Instance() *build.Instance {
	return s.load(map[string]bool{s.Dir: false}, func(*ast.File, bool) {})
}

// Change changes the syntax tree of a file of the framework. A base is a package that the framework extends.
type Change func(f *ast.File, base bool)

// Rewritten loads the package, which is inst, with its files, and those of the frameworks that it extends, changed.
func (s *Source) Rewritten(inst *build.Instance, change Change) *build.Instance {
	isBase := map[string]bool{s.Dir: false}
	for _, p := range Frameworks(inst)[1:] {
		isBase[p.Dir] = true
	}
	return s.load(isBase, change)
}

// load loads the package, with a change to the files in some directories.
func (s *Source) load(isBase map[string]bool, change Change) *build.Instance {
	config := *s.config
	config.ParseFile = func(name string, src any, cfg parser.Config) (*ast.File, error) {
		f, err := parser.ParseFile(name, src, cfg)
		if err != nil {
			return f, err
		}
		if IsTest(name) && filepath.Dir(name) != s.Dir {
			withoutTests(f)
		}
		if base, ok := isBase[filepath.Dir(name)]; ok {
			s.link(f)
			change(f, base)
		}
		return f, nil
	}
	return load.Instances([]string{"."}, &config)[0]
}

// Digest is the SHA-256 over the names and contents of the files of the package, and of the packages that it imports, in
// the order of their names. What kudoc itself provides is not among them: the version of kudoc tells it.
func (s *Source) Digest(inst *build.Instance) (string, error) {
	h := sha256.New()
	for _, name := range sourceFiles(inst) {
		b, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return "", err
		}
		rel, err := filepath.Rel(s.Dir, name)
		if err != nil {
			return "", err
		}
		h.Write(fmt.Appendf(nil, "%s %d\n", filepath.ToSlash(rel), len(b)))
		h.Write(b)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil)), nil
}

// sourceFiles are the files of a package and of all that it imports, sorted.
func sourceFiles(inst *build.Instance) []string {
	seen := map[string]bool{}
	var visit func(inst *build.Instance)
	visit = func(inst *build.Instance) {
		for _, f := range inst.BuildFiles {
			seen[f.Filename] = true
		}
		for _, dep := range inst.Imports {
			visit(dep)
		}
	}
	visit(inst)
	return slices.Sorted(maps.Keys(seen))
}
