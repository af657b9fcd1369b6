package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/kudoc/kudoc/schema/openapi"
)

// readSpec collects the definitions of all files by their full name. A file has
// one group's API; what groups share is in each of them.
func readSpec(dir fs.FS) (map[string]*openapi.Schema, error) {
	names, err := fs.Glob(dir, "*.json")
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, errors.New("no *.json file in it")
	}
	definitions := map[string]*openapi.Schema{}
	for _, name := range names {
		raw, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, err
		}
		var file struct {
			Components struct {
				Schemas map[string]*openapi.Schema `json:"schemas"`
			} `json:"components"`
		}
		if err := json.Unmarshal(raw, &file); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for full, s := range file.Components.Schemas {
			definitions[full] = s
		}
	}
	return definitions, nil
}

// name is where a definition goes: #Name of the package that imports as
// kudoc.dev/k8s/Package.
type name struct {
	pkg, def string
}

// origins are the Go packages that Kubernetes' types come from. Their names are
// all that a definition's full name has in front of group and version.
var origins = []string{
	"io.k8s.api.",
	"io.k8s.apimachinery.pkg.apis.",
	"io.k8s.apiextensions-apiserver.pkg.apis.",
	"io.k8s.kube-aggregator.pkg.apis.",
}

// place splits a full name, io.k8s.api.apps.v1.StatefulSet, to its place. It is
// false for types that belong to no group.
func place(full string) (name, bool) {
	for _, origin := range origins {
		rest, found := strings.CutPrefix(full, origin)
		if !found {
			continue
		}
		if parts := strings.Split(rest, "."); len(parts) == 3 {
			return name{pkg: parts[0] + "/" + parts[1], def: parts[2]}, true
		}
	}
	return name{}, false
}

// groupless are the types outside of groups. A reference to one becomes the
// type itself, which is short and spares authors an import.
var groupless = map[string]string{
	"io.k8s.apimachinery.pkg.api.resource.Quantity":   "(string | number)",
	"io.k8s.apimachinery.pkg.util.intstr.IntOrString": "(int32 | string)",
	"io.k8s.apimachinery.pkg.runtime.RawExtension":    "{...}",
	"io.k8s.apimachinery.pkg.version.Info":            "{...}",
}
