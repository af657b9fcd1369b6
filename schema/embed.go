// Package schema embeds the kudoc language and the Kubernetes types, both written in CUE.
//
// The files are what authors import as kudoc.dev/kudoc and kudoc.dev/k8s/<group>/<version>.
package schema

import "embed"

// Files holds kudoc/*.cue and k8s/<group>/<version>/*.cue.
//
//go:embed kudoc k8s
var Files embed.FS
