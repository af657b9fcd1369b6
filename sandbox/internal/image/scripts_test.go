package image

import (
	"io/fs"
	"os/exec"
	"strings"
	"testing"
)

// TestScriptsAreBash lets bash read every script of the images.
func TestScriptsAreBash(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash is missing, which the scripts of the images are written for")
	}
	err = fs.WalkDir(files, "files", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".sh") {
			return err
		}
		cmd := exec.Command(bash, "-n")
		cmd.Stdin = strings.NewReader(text(path))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", path, err, out)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestAccountsOfJavaImages: a user has one number in all images that share a
// root file system.
func TestAccountsOfJavaImages(t *testing.T) {
	for _, a := range java().Debian.Accounts {
		if a.ID != javaUser {
			t.Errorf("%s has number %d, want %d", a.Name, a.ID, javaUser)
		}
	}
}
