// Package crd embeds the CustomResourceDefinitions that controller-gen makes from the types beside it.
package crd

import "embed"

// Files are one YAML document each.
//
//go:embed *.yaml
var Files embed.FS
