// Package starter is the framework that a new one begins as. Its files are a framework themselves, so that they can be vetted as
// they are.
package starter

import (
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"cuelang.org/go/cue/token"
)

//go:embed files/*.cue
var files embed.FS

// placeholder is the name of the framework in the files.
const placeholder = "starter"

var names = regexp.MustCompile("^[a-z]([-a-z0-9]*[a-z0-9])?$")

// maxName leaves room for what is appended to names of objects.
const maxName = 40

// File is a file of a framework.
type File struct {
	Name    string
	Content []byte
}

// CheckName says what is wrong with the name of a framework.
func CheckName(name string) error {
	switch {
	case !names.MatchString(name):
		return fmt.Errorf("%q is not a name: lower case letters, digits and hyphens, beginning with a letter, not ending with a hyphen", name)
	case len(name) > maxName:
		return fmt.Errorf("%q is too long: names of objects begin with it, so that it has at most %d letters", name, maxName)
	}
	return nil
}

// Files are the files of a framework of that name.
func Files(name string) ([]File, error) {
	entries, err := files.ReadDir("files")
	if err != nil {
		return nil, fmt.Errorf("read the embedded files: %w", err)
	}
	rename := strings.NewReplacer(
		"package "+placeholder+"\n", "package "+packageName(name)+"\n",
		"// Package "+placeholder+" ", "// Package "+packageName(name)+" ",
		`"`+placeholder+`"`, `"`+name+`"`,
	)
	out := make([]File, 0, len(entries))
	for _, e := range entries {
		content, err := files.ReadFile("files/" + e.Name())
		if err != nil {
			return nil, fmt.Errorf("read the embedded files: %w", err)
		}
		out = append(out, File{e.Name(), []byte(rename.Replace(string(content)))})
	}
	return out, nil
}

// packageName is a name as CUE knows packages: hyphens are no part of one, and words of the language are none.
func packageName(name string) string {
	out := strings.ReplaceAll(name, "-", "_")
	if token.Lookup(out).IsKeyword() {
		out += "_"
	}
	return out
}

// Write writes the files of a framework to a directory that has none, and returns their paths. It overwrites nothing.
func Write(name, dir string) ([]string, error) {
	content, err := Files(name)
	if err != nil {
		return nil, err
	}
	if there, err := filepath.Glob(filepath.Join(dir, "*.cue")); err != nil || len(there) > 0 {
		return nil, fmt.Errorf("%s holds CUE files already: name another directory", dir)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the directory: %w", err)
	}
	var out []string
	for _, f := range content {
		path := filepath.Join(dir, f.Name)
		if err := create(path, f.Content); err != nil {
			return out, err
		}
		out = append(out, path)
	}
	return out, nil
}

func create(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	if _, err := f.Write(content); err != nil {
		_ = f.Close()
		return fmt.Errorf("write %s: %w", path, err)
	}
	return f.Close()
}
