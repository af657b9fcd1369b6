package image

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Build makes images: the layers that the cache lacks, each once and all side
// by side, then the images. One that fails does not keep the others from being
// built; all failures are in the error.
func (c Cache) Build(ctx context.Context, recipes []Recipe, progress io.Writer) error {
	if err := os.MkdirAll(filepath.Join(c.Dir, "layers"), 0o755); err != nil {
		return fmt.Errorf("make the folder of images: %w", err)
	}
	layers := c.layers(ctx, recipes, &lines{w: progress})
	var problems []error
	for _, r := range recipes {
		image := Image{Name: r.Name, Ref: r.Ref, Recipe: digest(r), Config: r.Config}
		var failed error
		for _, l := range r.Layers {
			made := layers[digest(l)]
			failed = errors.Join(failed, made.err)
			image.Layers = append(image.Layers, made.layer)
		}
		if failed == nil {
			failed = c.add(image)
		}
		if failed != nil {
			problems = append(problems, fmt.Errorf("image %s: %w", r.Name, failed))
			continue
		}
		fmt.Fprintf(progress, "sandbox: image %s is %s, %d MB\n", r.Name, r.Ref, image.Size()>>20)
	}
	return errors.Join(problems...)
}

// lines keeps the lines of those who work side by side apart.
type lines struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lines) printf(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(l.w, format, args...)
}

type outcome struct {
	layer StoredLayer
	err   error
}

// layers makes every layer that the recipes need, by its key.
func (c Cache) layers(ctx context.Context, recipes []Recipe, progress *lines) map[string]outcome {
	wanted := map[string]Layer{}
	for _, r := range recipes {
		for _, l := range r.Layers {
			wanted[digest(l)] = l
		}
	}
	made := map[string]outcome{}
	var mu sync.Mutex
	var group sync.WaitGroup
	for key, l := range wanted {
		if stored, found := c.layer(key); found {
			mu.Lock()
			made[key] = outcome{layer: stored}
			mu.Unlock()
			continue
		}
		group.Go(func() {
			began := time.Now()
			stored, err := c.makeLayer(ctx, key, l, progress)
			if err != nil {
				err = fmt.Errorf("%s: %w", l, err)
			} else {
				progress.printf("sandbox: %s: done after %.0fs\n", l, time.Since(began).Seconds())
			}
			mu.Lock()
			defer mu.Unlock()
			made[key] = outcome{stored, err}
		})
	}
	group.Wait()
	return made
}

// String names a layer for people.
func (l Layer) String() string {
	switch {
	case l.Debian != nil:
		return fmt.Sprintf("Debian %s with %s", l.Debian.Suite, l.Debian.Packages[0])
	case l.Jars != nil:
		return "Java archives for " + l.Jars.Dir
	case l.Program != nil:
		return "program " + l.Program.Target
	default:
		return fmt.Sprintf("%d files", len(l.Files))
	}
}

// makeLayer makes one layer in a temporary folder and moves it into the cache.
func (c Cache) makeLayer(ctx context.Context, key string, l Layer, progress *lines) (StoredLayer, error) {
	tmp, err := os.MkdirTemp(c.Dir, "new-")
	if err != nil {
		return StoredLayer{}, err
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	out := filepath.Join(tmp, "layer.tar")
	switch {
	case l.Debian != nil:
		progress.printf("sandbox: %s: fetching packages\n", l)
		err = makeDebian(ctx, *l.Debian, out)
	case l.Jars != nil:
		progress.printf("sandbox: %s: fetching artifacts\n", l)
		err = makeJars(ctx, *l.Jars, tmp, out)
	case l.Program != nil:
		err = makeProgram(ctx, *l.Program, tmp, out)
	default:
		err = writeTo(out, func(w io.Writer) error { return writeFiles(w, l.Files) })
	}
	if err != nil {
		return StoredLayer{}, err
	}
	return c.addLayer(key, out)
}

func writeTo(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		return errors.Join(err, f.Close())
	}
	return f.Close()
}

// FileDigest is the digest of a file's content.
func FileDigest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
