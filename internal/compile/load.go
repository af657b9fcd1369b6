package compile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/load"
	"cuelang.org/go/cue/parser"

	"github.com/kudoc/kudoc/internal/compile/cueerror"
	"github.com/kudoc/kudoc/schema"
)

// source is where a framework is, and how to load it again: every consumer of syntax trees gets its own.
type source struct {
	dir    string
	config *load.Config
}

// moduleFile is used where the author has no module: a framework needs none.
const moduleFile = "module: \"kudoc.local/framework@v0\"\nlanguage: version: \"v0.17.0\"\n"

// load reads the package of the framework.
func (c *compilation) load() {
	dir, err := filepath.Abs(c.opts.Dir)
	if err == nil {
		var info fs.FileInfo
		if info, err = os.Stat(dir); err == nil && !info.IsDir() {
			err = fmt.Errorf("%s is not a directory", dir)
		}
	}
	if err != nil {
		c.diags = append(c.diags, &Diagnostic{Code: codeCannotRead, Message: fmt.Sprintf("cannot read the framework: %v", err)})
		return
	}
	c.source, err = newSource(dir)
	if err != nil {
		c.diags = append(c.diags, &Diagnostic{Code: codeCannotRead, Message: err.Error()})
		return
	}
	inst := c.source.instance()
	if inst.Err != nil {
		c.loadErrors(inst.Err)
		return
	}
	c.inst = inst
	c.checkEncoding()
}

// checkEncoding refuses what CUE lets pass and JSON cannot hold.
func (c *compilation) checkEncoding() {
	for _, f := range c.inst.BuildFiles {
		b, err := os.ReadFile(f.Filename)
		if err != nil {
			c.diags = append(c.diags, &Diagnostic{Code: codeCannotRead, File: f.Filename, Message: err.Error()})
			continue
		}
		if utf8.Valid(b) {
			continue
		}
		before := b
		for i := 0; i < len(b); {
			r, size := utf8.DecodeRune(b[i:])
			if r == utf8.RuneError && size == 1 {
				before = b[:i]
				break
			}
			i += size
		}
		c.diags = append(c.diags, &Diagnostic{
			Code: codeSyntax, File: f.Filename, Line: 1 + bytes.Count(before, []byte("\n")), Column: len(before) - bytes.LastIndexByte(before, '\n'),
			Message: "the file is not valid UTF-8 here", Hint: "save it as UTF-8",
		})
	}
}

// newSource prepares the loading of a package: the language and the Kubernetes types are served from memory, where CUE
// looks for packages that are not part of a module in a registry.
func newSource(dir string) (*source, error) {
	overlay := map[string]load.Source{}
	root := moduleRoot(dir)
	if root == "" {
		root = dir
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
	return &source{dir: dir, config: &load.Config{Dir: dir, ModuleRoot: root, Overlay: overlay, Env: []string{}}}, err
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

// instance loads the package. Its files come in the order of their names.
func (s *source) instance() *build.Instance {
	config := *s.config
	return load.Instances([]string{"."}, &config)[0]
}

// rewritten loads the package with the author's own files changed.
func (s *source) rewritten(change func(*ast.File)) *build.Instance {
	config := *s.config
	config.ParseFile = func(name string, src any, cfg parser.Config) (*ast.File, error) {
		f, err := parser.ParseFile(name, src, cfg)
		if err == nil && filepath.Dir(name) == s.dir {
			change(f)
		}
		return f, err
	}
	return load.Instances([]string{"."}, &config)[0]
}

// loadErrors reports what keeps the package from being loaded.
func (c *compilation) loadErrors(err error) {
	for _, e := range errors.Errors(err) {
		msg := cueerror.Text(e)
		if msg == "" { // an error of something else, wrapped
			msg = e.Error()
		}
		code, hint := codeCannotRead, ""
		var multiple *load.MultiplePackageError
		switch {
		case errors.As(e, &multiple):
			msg = "the directory holds several packages: " + strings.Join(multiple.Packages, ", ")
			hint = "a framework is one package in a directory of its own"
		case strings.Contains(msg, "matched no packages"):
			msg = "no CUE files in " + c.source.dir
		case strings.HasPrefix(msg, "import failed"):
			code = codeImport
			if i := strings.Index(e.Error(), "cannot find "); i >= 0 {
				msg, _, _ = strings.Cut(e.Error()[i:], ": ")
			}
			hint = "the Kubernetes types are kudoc.dev/k8s/<group>/<version>"
		case cueerror.AuthorPosition(e).IsValid():
			code = codeSyntax
		}
		d := c.report(code, cueerror.AuthorPosition(e), "%s", msg)
		d.Hint = hint
		if d.File == "" {
			d.File = c.source.dir
		}
	}
}

// digest is the SHA-256 over the names and contents of the files of the package, and of the packages that it imports, in
// the order of their names. What kudoc itself provides is not among them: the version of kudoc tells it.
func (s *source) digest(inst *build.Instance) (string, error) {
	h := sha256.New()
	for _, name := range sourceFiles(inst) {
		b, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return "", err
		}
		rel, err := filepath.Rel(s.dir, name)
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
