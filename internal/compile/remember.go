package compile

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/source"
)

// Memory remembers builds, so that an unchanged framework is not compiled and validated again. Whatever the outcome depends
// on besides the sources, the compiler and what is embedded in it, a memory must tell apart.
type Memory interface {
	// Recall returns the build of that key, if it has it.
	Recall(key string) (build []byte, ok bool)
	// Remember keeps a build. What cannot be kept is made again.
	Remember(key string, build []byte)
}

// remembered is a build as a memory keeps it.
type remembered struct {
	Result      *Result
	Diagnostics diag.Diagnostics
}

// recall returns the build that a memory has of the framework as it is now, and the key under which to keep it if there is
// none; without a key it cannot be kept.
func recall(opts Options) (r *remembered, key string) {
	if opts.Memory == nil {
		return nil, ""
	}
	if key = keyOf(opts); key == "" {
		return nil, ""
	}
	b, ok := opts.Memory.Recall(key)
	if !ok || json.Unmarshal(b, &r) != nil || r == nil || r.Result == nil {
		return nil, key
	}
	return r, key
}

// keyOf is the key of the sources as they are now, or "" where they cannot be told: loading says what is wrong.
func keyOf(opts Options) string {
	key, err := source.Key(opts.Dir, opts.KudocVersion, fmt.Sprint(opts.Inputs))
	if err != nil {
		return ""
	}
	return key
}

// keep gives a build without errors to the memory, unless the sources have changed since the key was made.
func keep(opts Options, key string, r *remembered) {
	if key == "" || r.Diagnostics.HasErrors() || keyOf(opts) != key {
		return
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // templates are kept to the byte
	if e.Encode(r) == nil {
		opts.Memory.Remember(key, b.Bytes())
	}
}
