package image

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Choice is what to import into a node.
type Choice struct {
	Images   []Image
	Archives []string // files as docker save or an OCI layout in a tar file has them
}

// Choose finds images by name or reference in the cache, and archives by file
// or folder. Nothing named means the whole cache. The pause image is always in.
func (c Cache) Choose(wanted []string) (Choice, error) {
	cached, err := c.List()
	if err != nil {
		return Choice{}, err
	}
	var choice Choice
	var problems []error
	for _, i := range cached {
		if len(wanted) == 0 || i.Name == pause().Name {
			choice.Images = append(choice.Images, i)
		}
	}
	for _, name := range wanted {
		images := named(cached, name)
		archives, err := archives(name)
		switch {
		case len(images) > 0:
			choice.Images = append(choice.Images, images...)
		case err != nil:
			problems = append(problems, err)
		default:
			choice.Archives = append(choice.Archives, archives...)
		}
	}
	return choice, errors.Join(problems...)
}

func named(cached []Image, name string) []Image {
	return slices.DeleteFunc(slices.Clone(cached), func(i Image) bool {
		return i.Ref != name && i.Name != name && !strings.HasPrefix(i.Name, name+"-")
	})
}

// archives lists the archives that a path stands for.
func archives(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("no image %s: it is neither built (sandbox image list; sandbox image build NAME) nor an archive nor a folder of archives", path)
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	found, err := filepath.Glob(filepath.Join(path, "*.tar"))
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no image in %s: it has no file *.tar", path)
	}
	return found, nil
}
