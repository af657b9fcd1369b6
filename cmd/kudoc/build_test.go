package main

import (
	"bytes"
	"testing"
)

// buildOutput is what kudoc build prints for a directory.
func buildOutput(t *testing.T, dir string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"kudoc", "build", dir}, stdio{out: &out, err: &errs}); code != exitOK {
		t.Fatalf("kudoc build %s: exit code %d:\n%s", dir, code, errs.String())
	}
	return out.String()
}
