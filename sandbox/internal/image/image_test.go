package image

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRecipesAreWhole: every script and file is there, and what an image starts
// with is in it.
func TestRecipesAreWhole(t *testing.T) {
	for _, r := range Recipes() {
		paths := map[string]File{}
		for _, l := range r.Layers {
			for _, f := range l.Files {
				paths[f.Path] = f
				if !f.Dir && f.Link == "" && f.Content == "" {
					t.Errorf("%s: %s is empty", r.Name, f.Path)
				}
			}
			if l.Jars != nil && !strings.Contains(l.Jars.Pom, "<dependencies>") {
				t.Errorf("%s: no artifacts", r.Name)
			}
			if l.Program != nil && text(l.Program.Source) == "" {
				t.Errorf("%s: no source", r.Name)
			}
		}
		if err := CheckRef(r.Ref); err != nil {
			t.Error(err)
		}
	}
}

// TestContracts: what frameworks rely on in the official images.
func TestContracts(t *testing.T) {
	tests := map[string]struct {
		ref      string
		programs []string
		owned    map[string]int
	}{
		"zookeeper": {
			"docker.io/library/zookeeper:3.9.3",
			[]string{"/apache-zookeeper-3.9.3-bin/bin/zkServer.sh", "/apache-zookeeper-3.9.3-bin/bin/zkCli.sh", "/docker-entrypoint.sh"},
			map[string]int{"/data": 1000, "/datalog": 1000},
		},
		"kafka": {
			"docker.io/apache/kafka:3.9.1",
			[]string{
				"/opt/kafka/bin/kafka-server-start.sh", "/opt/kafka/bin/kafka-topics.sh", "/opt/kafka/bin/kafka-console-producer.sh",
				"/opt/kafka/bin/kafka-console-consumer.sh", "/opt/kafka/bin/kafka-broker-api-versions.sh", "/opt/kafka/bin/kafka-configs.sh",
				"/opt/kafka/bin/kafka-run-class.sh",
			},
			map[string]int{"/opt/kafka/config/log4j.properties": 1000},
		},
		"mariadb-10.11": {
			"docker.io/library/mariadb:10.11",
			[]string{"/usr/local/bin/docker-entrypoint.sh"},
			map[string]int{"/var/lib/mysql": 999, "/run/mysqld": 999},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			recipes, err := Select([]string{name})
			if err != nil {
				t.Fatal(err)
			}
			if recipes[0].Ref != test.ref {
				t.Errorf("reference %s, want %s", recipes[0].Ref, test.ref)
			}
			entries := map[string]File{}
			for _, l := range recipes[0].Layers {
				for _, f := range l.Files {
					entries[f.Path] = f
				}
			}
			for _, p := range test.programs {
				if entries[p].Mode != 0o755 || !strings.HasPrefix(entries[p].Content, "#!/bin/bash\n") {
					t.Errorf("%s is no script", p)
				}
			}
			for p, owner := range test.owned {
				if f, found := entries[p]; !found || f.Owner != owner {
					t.Errorf("%s: found %v, owner %d, want %d", p, found, f.Owner, owner)
				}
			}
		})
	}
}

func TestSelect(t *testing.T) {
	tests := map[string]struct {
		names, want []string
		problem     string
	}{
		"all":              {nil, []string{"pause", "zookeeper", "kafka", "mariadb-10.11", "mariadb-11.8"}, ""},
		"all versions":     {[]string{"mariadb"}, []string{"mariadb-10.11", "mariadb-11.8"}, ""},
		"one version":      {[]string{"mariadb-11.8"}, []string{"mariadb-11.8"}, ""},
		"unknown are told": {[]string{"zoo", "kafka", "abc"}, nil, "no recipe for abc, zoo: choose from pause, zookeeper"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			recipes, err := Select(test.names)
			if test.problem != "" {
				if err == nil || !strings.Contains(err.Error(), test.problem) {
					t.Errorf("error %v, want part %q", err, test.problem)
				}
				return
			}
			var got []string
			for _, r := range recipes {
				got = append(got, r.Name)
			}
			if err != nil || !slices.Equal(got, test.want) {
				t.Errorf("got %v, %v, want %v", got, err, test.want)
			}
		})
	}
}

// TestImagesOfOneKindShareLayers: the Java runtime is fetched and kept once.
func TestImagesOfOneKindShareLayers(t *testing.T) {
	if a, b := digest(zookeeper().Layers[0]), digest(kafka().Layers[0]); a != b {
		t.Errorf("zookeeper has %s, kafka %s", a, b)
	}
	if a, b := digest(mariadb("1", "x", "p")), digest(mariadb("1", "y", "p")); a == b {
		t.Error("images of different suites have one digest")
	}
}

func TestDebianSources(t *testing.T) {
	const targets = "Debian\thttp://mirror.test/debian/\tbookworm\tmain\n" +
		"Debian\thttp://mirror.test/debian/\tbookworm-updates\tmain\n" +
		"Debian\thttp://mirror.test/security/\tbookworm-security\tmain\n" +
		"Debian\thttp://mirror.test/debian/\tbookworm\tcontrib\n" +
		"Other\thttp://other.test/\tbookworm\tmain\n"
	tests := map[string]struct {
		targets, mirror, suite string
		want                   []string
	}{
		"as the machine has it": {targets, "", "bookworm", []string{
			"deb http://mirror.test/debian/ bookworm main",
			"deb http://mirror.test/debian/ bookworm-updates main",
			"deb http://mirror.test/security/ bookworm-security main",
		}},
		"another suite": {targets, "", "trixie", []string{
			"deb http://mirror.test/debian/ trixie main",
			"deb http://mirror.test/debian/ trixie-updates main",
			"deb http://mirror.test/security/ trixie-security main",
		}},
		"a mirror that is named":   {targets, "http://own.test", "trixie", []string{"deb http://own.test trixie main"}},
		"a machine without Debian": {"Ubuntu\thttp://u.test\tnoble\tmain\n", "", "trixie", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := debianSources(test.targets, test.mirror, test.suite)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if (err == nil) != (test.want != nil) || err != nil && !strings.Contains(err.Error(), MirrorEnv) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// TestBuildAndArchive builds an image of files, and reads it as a container
// runtime would.
func TestBuildAndArchive(t *testing.T) {
	cache := Cache{Dir: t.TempDir()}
	recipe := Recipe{
		Name: "hello", Ref: "localhost/hello:1",
		Layers: []Layer{{Files: []File{
			folder("/data", 7),
			{Path: "/data/greeting", Mode: 0o640, Owner: 7, Content: "hello"},
			{Path: "/data/link", Link: "greeting"},
		}}},
		Config: Config{Entrypoint: []string{"/hello"}, User: "7"},
	}
	for range 2 {
		if err := cache.Build(context.Background(), []Recipe{recipe}, io.Discard); err != nil {
			t.Fatal(err)
		}
	}
	choice, err := cache.Choose([]string{"localhost/hello:1"})
	if err != nil || len(choice.Images) != 1 {
		t.Fatalf("choice %+v, error %v", choice, err)
	}
	var archive bytes.Buffer
	if err := cache.Archive(&archive, choice.Images[0]); err != nil {
		t.Fatal(err)
	}
	files := untar(t, archive.Bytes())
	var manifest []struct {
		Config           string
		RepoTags, Layers []string
	}
	if err := json.Unmarshal(files["manifest.json"].content, &manifest); err != nil {
		t.Fatal(err)
	}
	var config struct {
		Config Config
		Rootfs struct {
			DiffIDs []string `json:"diff_ids"`
		}
	}
	if err := json.Unmarshal(files[manifest[0].Config].content, &config); err != nil {
		t.Fatal(err)
	}
	if config.Config.User != "7" || manifest[0].RepoTags[0] != "localhost/hello:1" {
		t.Errorf("configuration %+v, manifest %+v", config, manifest)
	}
	if want := strings.TrimPrefix(config.Rootfs.DiffIDs[0], "sha256:") + ".tar"; manifest[0].Layers[0] != want {
		t.Errorf("layer %s, want %s", manifest[0].Layers[0], want)
	}
	layer := untar(t, files[manifest[0].Layers[0]].content)
	if f := layer["data/greeting"]; string(f.content) != "hello" || f.header.Uid != 7 || f.header.Mode != 0o640 {
		t.Errorf("greeting %+v", f)
	}
	if layer["data/link"].header.Linkname != "greeting" || layer["data/"].header.Typeflag != tar.TypeDir {
		t.Errorf("layer %+v", layer)
	}
}

type entry struct {
	header  *tar.Header
	content []byte
}

func untar(t *testing.T, raw []byte) map[string]entry {
	t.Helper()
	found := map[string]entry{}
	r := tar.NewReader(bytes.NewReader(raw))
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		found[h.Name] = entry{h, content}
	}
}

// TestOneFailureDoesNotHideOthers: what can be built is built, all that failed
// is told.
func TestOneFailureDoesNotHideOthers(t *testing.T) {
	cache := Cache{Dir: t.TempDir()}
	good := Recipe{Name: "good", Ref: "localhost/good:1", Layers: []Layer{{Files: []File{folder("/a", 0)}}}}
	bad := FromPrograms("localhost/bad:1", []Program{{Path: filepath.Join(t.TempDir(), "missing"), Digest: "x"}})
	worse := FromPrograms("localhost/worse:1", []Program{{Path: filepath.Join(t.TempDir(), "missing"), Digest: "y"}})
	err := cache.Build(context.Background(), []Recipe{bad, good, worse}, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "localhost/bad:1") || !strings.Contains(err.Error(), "localhost/worse:1") {
		t.Errorf("error %v", err)
	}
	images, err := cache.List()
	if err != nil || len(images) != 1 || images[0].Name != "good" {
		t.Errorf("images %+v, error %v", images, err)
	}
}

// TestFromPrograms: each program is a layer of its own, so that a change of one
// keeps the others, and the first is what a container runs.
func TestFromPrograms(t *testing.T) {
	r := FromPrograms("localhost/two:1", []Program{{Path: "/here/one", Digest: "x"}, {Path: "/there/two", Digest: "y"}})
	var targets []string
	for _, l := range r.Layers {
		targets = append(targets, l.Program.Target)
	}
	if !slices.Equal(targets, []string{"/one", "/two"}) || !slices.Equal(r.Config.Entrypoint, []string{"/one"}) {
		t.Errorf("programs %v, entrypoint %v", targets, r.Config.Entrypoint)
	}
}

// TestReplacedImageGoes: an image that takes the place of another takes the
// layers with it that no image needs any more.
func TestReplacedImageGoes(t *testing.T) {
	cache := Cache{Dir: t.TempDir()}
	layer := func(path string) Layer { return Layer{Files: []File{folder(path, 0)}} }
	build := func(ref string, layers ...Layer) {
		t.Helper()
		if err := cache.Build(context.Background(), []Recipe{{Name: ref, Ref: ref, Layers: layers}}, io.Discard); err != nil {
			t.Fatal(err)
		}
	}
	build("localhost/other:1", layer("/shared"))
	build("localhost/dev:1", layer("/shared"), layer("/kept"), layer("/old"))
	build("localhost/dev:1", layer("/kept"), layer("/new"))
	var missing []string
	for _, path := range []string{"/shared", "/kept", "/old", "/new"} {
		if _, found := cache.layer(digest(layer(path))); !found {
			missing = append(missing, path)
		}
	}
	if !slices.Equal(missing, []string{"/old"}) {
		t.Errorf("the cache lacks %v, want only /old", missing)
	}
}

func TestChoose(t *testing.T) {
	cache := Cache{Dir: t.TempDir()}
	archives := t.TempDir()
	file := filepath.Join(archives, "a.tar")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	choice, err := cache.Choose([]string{archives, file})
	if err != nil || !slices.Equal(choice.Archives, []string{file, file}) {
		t.Errorf("choice %+v, error %v", choice, err)
	}
	_, err = cache.Choose([]string{"zookeeper", t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "no image zookeeper") || !strings.Contains(err.Error(), "no file *.tar") {
		t.Errorf("error %v", err)
	}
}

func TestCheckProgram(t *testing.T) {
	dir := t.TempDir()
	script := filepath.Join(dir, "script")
	if err := os.WriteFile(script, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := CheckProgram(script); err == nil || !strings.Contains(err.Error(), "no program for Linux") {
		t.Errorf("error %v", err)
	}
	if err := CheckProgram(filepath.Join(dir, "missing")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

func TestCheckRef(t *testing.T) {
	for ref, ok := range map[string]bool{
		"docker.io/kudoc/kudoc-controller:dev": true, "localhost:5000/a/b:1": true,
		"hello": false, "hello:1": false, "docker.io/kudoc/a": false, "docker.io/Kudoc/a:1": false, "": false,
	} {
		if err := CheckRef(ref); (err == nil) != ok {
			t.Errorf("%q: %v", ref, err)
		}
	}
}
