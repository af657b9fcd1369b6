package image

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Cache is the folder of layers and images.
type Cache struct {
	Dir string
}

// DefaultCache is in the user's cache folder.
func DefaultCache() (Cache, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return Cache{}, fmt.Errorf("find a place for images: %w", err)
	}
	return Cache{Dir: filepath.Join(dir, "kudoc", "images")}, nil
}

// Image is a finished image.
type Image struct {
	Name   string        `json:"name"`
	Ref    string        `json:"ref"`
	Recipe string        `json:"recipe"` // digest
	Layers []StoredLayer `json:"layers"`
	Config Config        `json:"config"`
}

// StoredLayer is a layer that lies in the cache.
type StoredLayer struct {
	Key    string `json:"key"`    // digest of how it is made
	Digest string `json:"digest"` // of its content
	Size   int64  `json:"size"`
}

func (c Cache) layerFile(key string) string { return filepath.Join(c.Dir, "layers", key+".tar") }

// layer finds a layer by how it is made.
func (c Cache) layer(key string) (StoredLayer, bool) {
	var s StoredLayer
	raw, err := os.ReadFile(c.layerFile(key) + ".json")
	if err != nil || json.Unmarshal(raw, &s) != nil {
		return StoredLayer{}, false
	}
	info, err := os.Stat(c.layerFile(key))
	return s, err == nil && info.Size() == s.Size
}

// addLayer puts a finished layer into the cache.
func (c Cache) addLayer(key, file string) (StoredLayer, error) {
	f, err := os.Open(file)
	if err != nil {
		return StoredLayer{}, err
	}
	defer func() { _ = f.Close() }()
	sum := sha256.New()
	size, err := io.Copy(sum, f)
	if err != nil {
		return StoredLayer{}, fmt.Errorf("read %s: %w", file, err)
	}
	s := StoredLayer{Key: key, Digest: hex.EncodeToString(sum.Sum(nil)), Size: size}
	raw, err := json.Marshal(s)
	if err != nil {
		return StoredLayer{}, err
	}
	if err := os.Rename(file, c.layerFile(key)); err != nil {
		return StoredLayer{}, err
	}
	return s, replace(c.layerFile(key)+".json", raw)
}

// add notes a finished image, and removes the layers of the one whose place it
// takes that no image needs any more.
func (c Cache) add(i Image) error {
	raw, err := json.MarshalIndent(i, "", "  ")
	if err != nil {
		return err
	}
	former, err := c.List()
	if err != nil {
		return err
	}
	if err := replace(c.imageFile(i.Ref), raw); err != nil {
		return err
	}
	unused := map[string]bool{}
	for _, f := range former {
		if f.Ref == i.Ref {
			for _, l := range f.Layers {
				unused[l.Key] = true
			}
		}
	}
	if len(unused) == 0 {
		return nil
	}
	now, err := c.List()
	if err != nil {
		return err
	}
	for _, image := range now {
		for _, l := range image.Layers {
			delete(unused, l.Key)
		}
	}
	for key := range unused {
		if err := errors.Join(os.Remove(c.layerFile(key)+".json"), os.Remove(c.layerFile(key))); err != nil {
			return fmt.Errorf("remove a layer that is replaced: %w", err)
		}
	}
	return nil
}

func (c Cache) imageFile(ref string) string {
	return filepath.Join(c.Dir, strings.NewReplacer("/", "_", ":", "_", "@", "_").Replace(ref)+".json")
}

func replace(path string, content []byte) error {
	if err := os.WriteFile(path+".new", content, 0o644); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// List gives the images whose layers are all there, sorted by name.
func (c Cache) List() ([]Image, error) {
	files, err := filepath.Glob(filepath.Join(c.Dir, "*.json"))
	if err != nil {
		return nil, err
	}
	var all []Image
	for _, f := range files {
		var i Image
		raw, err := os.ReadFile(f)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read an image of the cache: %w", err)
		}
		if err := json.Unmarshal(raw, &i); err != nil {
			return nil, fmt.Errorf("read the image %s: %w; remove it and build it again", f, err)
		}
		if c.complete(i) {
			all = append(all, i)
		}
	}
	return all, nil
}

func (c Cache) complete(i Image) bool {
	for _, l := range i.Layers {
		if _, found := c.layer(l.Key); !found {
			return false
		}
	}
	return true
}

// Size is what an image takes, layers that it shares with others included.
func (i Image) Size() int64 {
	var n int64
	for _, l := range i.Layers {
		n += l.Size
	}
	return n
}

// configuration is the file that describes an image to who runs it.
func (i Image) configuration() ([]byte, error) {
	digests := make([]string, len(i.Layers))
	for n, l := range i.Layers {
		digests[n] = "sha256:" + l.Digest
	}
	return json.Marshal(map[string]any{
		"architecture": runtime.GOARCH,
		"os":           "linux",
		"created":      epoch.UTC(),
		"config":       i.Config,
		"rootfs":       map[string]any{"type": "layers", "diff_ids": digests},
	})
}

// Archive writes an image as docker save would.
func (c Cache) Archive(w io.Writer, i Image) error {
	config, err := i.configuration()
	if err != nil {
		return err
	}
	sum := sha256.Sum256(config)
	configName := hex.EncodeToString(sum[:]) + ".json"
	tw := tar.NewWriter(w)
	names := make([]string, len(i.Layers))
	for n, l := range i.Layers {
		names[n] = l.Digest + ".tar"
		if err := copyFile(tw, c.layerFile(l.Key), names[n], 0o644); err != nil {
			return fmt.Errorf("write a layer of %s: %w", i.Ref, err)
		}
	}
	manifest, err := json.Marshal([]any{map[string]any{"Config": configName, "RepoTags": []string{i.Ref}, "Layers": names}})
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name    string
		content []byte
	}{{configName, config}, {"manifest.json", manifest}} {
		h := &tar.Header{Name: f.name, Mode: 0o644, Size: int64(len(f.content)), Typeflag: tar.TypeReg, ModTime: epoch}
		if err := tw.WriteHeader(h); err != nil {
			return err
		}
		if _, err := io.Copy(tw, bytes.NewReader(f.content)); err != nil {
			return err
		}
	}
	return tw.Close()
}
