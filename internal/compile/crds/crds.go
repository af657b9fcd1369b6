// Package crds makes CUE types of the CustomResourceDefinitions that stand beside a framework, as YAML files in a folder named
// crds. Frameworks of the module import them like those of Kubernetes:
//
//	import kafka "kudoc.dev/crds/kafka.example.com/v1"
//
//	tasks: topics: apply: orders: kafka.#Topic & {metadata: name: "orders", spec: partitions: 3}
//
// The definitions themselves are there too, so that a task can install them:
//
//	import "kudoc.dev/crds"
//
//	tasks: kinds: apply: crds.all
package crds

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	yamlstream "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// Root is the import path of the package with the definitions, and the beginning of those with their types.
const Root = "kudoc.dev/" + Folder

// Folder is the name of the folders in which definitions are looked for.
const Folder = "crds"

// Definition is one CustomResourceDefinition.
type Definition struct {
	apiextensionsv1.CustomResourceDefinition
	// File is where it is, and Line where its document begins.
	File string
	Line int
}

// Set is the definitions of a module, sorted by name.
type Set []Definition

// Problem is something wrong with a file.
type Problem struct {
	File    string
	Line    int
	Message string
}

func (p *Problem) Error() string { return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Message) }

// IsFile says whether a file is one of definitions.
func IsFile(path string) bool {
	ext := filepath.Ext(path)
	return (ext == ".yaml" || ext == ".yml") && filepath.Base(filepath.Dir(path)) == Folder
}

// Files lists the files of definitions of a framework: those of the module that it belongs to, or its own without one.
func Files(root string, isModule bool) ([]string, error) {
	if !isModule {
		root = filepath.Join(root, Folder)
		if _, err := os.Stat(root); errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
	}
	var out []string
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && path != root && (strings.HasPrefix(e.Name(), ".") || e.Name() == "cue.mod"):
			return fs.SkipDir
		case !e.IsDir() && IsFile(path):
			out = append(out, path)
		}
		return nil
	})
	return out, err
}

// Read reads the definitions in files. All that is wrong with them is in the error, as Problems. Two of one name are one if
// they say the same.
func Read(files []string) (Set, error) {
	var out Set
	var errs []error
	for _, file := range files {
		defs, err := readFile(file)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		for _, d := range defs {
			i := slices.IndexFunc(out, func(o Definition) bool { return o.Name == d.Name })
			switch {
			case i < 0:
				out = append(out, d)
			case !same(out[i], d):
				errs = append(errs, &Problem{file, d.Line, fmt.Sprintf("%s is defined in another way in %s", d.Name, out[i].File)})
			}
		}
	}
	slices.SortFunc(out, func(a, b Definition) int { return strings.Compare(a.Name, b.Name) })
	return out, errors.Join(errs...)
}

func same(a, b Definition) bool {
	x, errX := json.Marshal(a.CustomResourceDefinition)
	y, errY := json.Marshal(b.CustomResourceDefinition)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// readFile reads the documents of one file. Objects of other kinds, which such files often hold too, are left alone.
func readFile(file string) ([]Definition, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, &Problem{file, 1, err.Error()}
	}
	var out []Definition
	r := yamlstream.NewYAMLReader(bufio.NewReader(bytes.NewReader(data)))
	for line := 1; ; {
		doc, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		} else if err != nil {
			return nil, &Problem{file, line, err.Error()}
		}
		d := Definition{File: file, Line: line}
		line += bytes.Count(doc, []byte("\n")) + 1
		var kind struct{ Kind string }
		if err := yaml.Unmarshal(doc, &kind); err != nil {
			return nil, &Problem{file, d.Line, strings.TrimPrefix(err.Error(), "error converting YAML to JSON: ")}
		}
		if kind.Kind != "CustomResourceDefinition" {
			continue
		}
		if err := yaml.UnmarshalStrict(doc, &d.CustomResourceDefinition); err != nil {
			return nil, &Problem{file, d.Line, "not a CustomResourceDefinition of apiextensions.k8s.io/v1: " + plain(err)}
		}
		if d.Spec.Names.Kind == "" || d.Spec.Group == "" || len(d.Spec.Versions) == 0 {
			return nil, &Problem{file, d.Line, "a CustomResourceDefinition has spec.group, spec.names.kind and spec.versions"}
		}
		out = append(out, d)
	}
}

// Kind returns the definition of a kind, or nil.
func (s Set) Kind(k schema.GroupKind) *Definition {
	for i := range s {
		if s[i].Spec.Group == k.Group && s[i].Spec.Names.Kind == k.Kind {
			return &s[i]
		}
	}
	return nil
}
