package testrun

import (
	"bytes"
	"errors"
	"io/fs"

	"sigs.k8s.io/yaml"

	"github.com/kudoc/kudoc/internal/testrun/match"
)

// golden is what a golden file should hold, and the first test that says so.
type golden struct {
	content []byte
	test    string
}

// compareGolden compares all objects with a file, or remembers what the file should be.
func (r *session) compareGolden(e *expectations, h *happening) {
	content, err := documents(h)
	if err != nil {
		e.fail(e.pos("golden"), "%s: %v", e.golden, err)
		return
	}
	if other, ok := r.golden[e.golden]; ok && !bytes.Equal(other.content, content) {
		e.fail(e.pos("golden"), "testdata/%s is the golden file of test %q too, which has other objects", e.golden, other.test)
		return
	}
	r.golden[e.golden] = golden{content, e.name}
	if r.Update {
		return
	}
	want, err := fs.ReadFile(r.Golden, e.golden)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.fail(e.pos("golden"), "there is no testdata/%s: write it with --update", e.golden)
	case err != nil:
		e.fail(e.pos("golden"), "read testdata/%s: %v", e.golden, err)
	case !bytes.Equal(want, content):
		e.fail(e.pos("golden"), "testdata/%s differs: write it with --update if that is right", e.golden).Diff = match.Lines(string(want), string(content))
	}
}

// documents are all objects as YAML.
func documents(h *happening) ([]byte, error) {
	var b bytes.Buffer
	for i := range h.objects {
		doc, err := yaml.Marshal(h.objects[i].object.Object)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			b.WriteString("---\n")
		}
		b.Write(doc)
	}
	return b.Bytes(), nil
}

// contents are the golden files as they should be, by name, where they are to be written.
func (r *session) contents() map[string][]byte {
	if !r.Update {
		return nil
	}
	out := map[string][]byte{}
	for name, g := range r.golden {
		out[name] = g.content
	}
	return out
}
