package source

import (
	"os"
	"path/filepath"
	"testing"
)

func TestTheKeyTellsWhatMayBeCompiled(t *testing.T) {
	base := map[string]string{"a.cue": "package a\nx: 1\n", "a_test.cue": "package a\ntests: x: 1\n"}
	tests := map[string]struct {
		file, content string
		same          bool
	}{
		"another value is another framework":             {"a.cue", "package a\nx: 2\n", false},
		"so is another file":                             {"b.cue", "package a\n", false},
		"a test is no part of it":                        {"a_test.cue", "package a\ntests: x: 2\n", true},
		"unless it belongs to another package":           {"a_test.cue", "package b\ntests: x: 1\n", false},
		"or cannot be parsed, which somebody has to say": {"a_test.cue", "package\n", false},
		"what is no CUE is not compiled":                 {"a.yaml", "x: 1\n", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write := func(file, content string) {
				t.Helper()
				if err := os.WriteFile(filepath.Join(dir, file), []byte(content), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			key := func() string {
				t.Helper()
				k, err := Key(dir)
				if err != nil {
					t.Fatal(err)
				}
				return k
			}
			for file, content := range base {
				write(file, content)
			}
			before := key()
			write(test.file, test.content)
			if same := key() == before; same != test.same {
				t.Errorf("the key is the same: %t, want %t", same, test.same)
			}
		})
	}
}
