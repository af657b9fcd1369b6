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

	"github.com/kudoc/kudoc/internal/compile/crds"
	"github.com/kudoc/kudoc/schema"
)

// Source is where a framework is, and how to load it again: every consumer of syntax trees gets its own.
type Source struct {
	Dir    string
	config *load.Config
	types  map[string]func() ast.Expr // of the outputs of required packages, by import path
	// Definitions are the CustomResourceDefinitions of the module.
	Definitions crds.Set
}

// moduleFile is used where the author has no module: a framework needs none.
const moduleFile = "module: \"kudoc.local/framework@v0\"\nlanguage: version: \"v0.17.0\"\n"

// New prepares the loading of a package: the language and the types of Kubernetes and of the module's own kinds are served
// from memory, where CUE looks for packages that are not part of a module in a registry. What is wrong with the definitions
// of kinds is in the error as crds.Problems.
func New(dir string) (*Source, error) {
	overlay := map[string]load.Source{}
	root := Root(dir)
	definitions, err := Definitions(dir)
	if err != nil {
		return nil, err
	}
	if moduleRoot(dir) == "" {
		overlay[filepath.Join(root, "cue.mod", "module.cue")] = load.FromString(moduleFile)
	}
	provided, err := Provided(definitions)
	if err != nil {
		return nil, err
	}
	base := filepath.Join(root, "cue.mod", "pkg", "kudoc.dev")
	for path, content := range provided {
		overlay[filepath.Join(base, filepath.FromSlash(path))] = load.FromBytes(content)
	}
	return &Source{Dir: dir, Definitions: definitions, config: &load.Config{Dir: dir, ModuleRoot: root, Overlay: overlay, Env: []string{}}}, nil
}

// Provided are the files of the packages that kudoc provides, by their path below kudoc.dev: the language, the types of
// Kubernetes, and those of the kinds that are defined.
func Provided(definitions crds.Set) (map[string][]byte, error) {
	out, err := definitions.Packages()
	if err != nil {
		return nil, err
	}
	err = fs.WalkDir(schema.Files, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".cue") {
			return err
		}
		out[path], err = schema.Files.ReadFile(path)
		return err
	})
	return out, err
}

// Definitions reads the definitions of kinds that the framework in a directory may use.
func Definitions(dir string) (crds.Set, error) {
	files, err := crds.Files(Root(dir), moduleRoot(dir) != "")
	if err != nil {
		return nil, err
	}
	return crds.Read(files)
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
	files := sourceFiles(inst)
	if usesDefinitions(inst) {
		for _, d := range s.Definitions {
			files = append(files, d.File)
		}
	}
	for _, name := range slices.Compact(files) {
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

// usesDefinitions says whether a package, or one that it imports, imports types of the module's own kinds.
func usesDefinitions(inst *build.Instance) bool {
	return slices.ContainsFunc(inst.Imports, func(dep *build.Instance) bool {
		return strings.HasPrefix(dep.ImportPath, crds.Root) || usesDefinitions(dep)
	})
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
