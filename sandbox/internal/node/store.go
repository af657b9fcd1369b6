package node

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// Store speaks to the node's containerd, from outside of the node.
type Store struct {
	Init int // process id of the node's first process
}

// socket is in the node's file system, which the first process shows.
func (s Store) socket() string { return fmt.Sprintf("/proc/%d/root%s", s.Init, containerdSocket) }

func (s Store) command(ctx context.Context, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, "ctr", append([]string{"--address", s.socket(), "--namespace", "k8s.io"}, args...)...)
}

func (s Store) run(ctx context.Context, in io.Reader, args ...string) (string, error) {
	cmd := s.command(ctx, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("ctr %s: %w: %s", strings.Join(args[:min(2, len(args))], " "), err, strings.TrimSpace(stderr.String()))
	}
	return stdout.String(), nil
}

// Answers reports whether containerd is up.
func (s Store) Answers(ctx context.Context) error {
	_, err := s.run(ctx, nil, "version")
	return err
}

// ServesPods asks what a kubelet asks first. A kubelet that gets no answer ends.
func (s Store) ServesPods(ctx context.Context) error {
	conn, err := grpc.NewClient("unix://"+s.socket(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return fmt.Errorf("connect to containerd: %w", err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := cri.NewRuntimeServiceClient(conn).Version(ctx, &cri.VersionRequest{}); err != nil {
		return fmt.Errorf("ask containerd whether it serves pods: %w", err)
	}
	return nil
}

// Tidy forgets the containers of a former boot. Their processes ended with it.
func (s Store) Tidy(ctx context.Context) error {
	listed, err := s.run(ctx, nil, "containers", "list", "--quiet")
	if err != nil {
		return err
	}
	if stale := strings.Fields(listed); len(stale) > 0 {
		_, err = s.run(ctx, nil, append([]string{"containers", "delete"}, stale...)...)
	}
	return err
}

// recipeLabel tells of which recipe an image in the store was made.
const recipeLabel = "dev.kudoc.sandbox/recipe"

// Has reports whether the store has an image as it was made by a recipe.
func (s Store) Has(ctx context.Context, ref, recipe string) (bool, error) {
	listed, err := s.run(ctx, nil, "images", "list", "name=="+ref)
	return strings.Contains(listed, recipeLabel+"="+recipe), err
}

// Import reads an archive into the store.
func (s Store) Import(ctx context.Context, archive io.Reader) error {
	_, err := s.run(ctx, archive, "images", "import", "-")
	return err
}

// Mark notes of which recipe an image was made.
func (s Store) Mark(ctx context.Context, ref, recipe string) error {
	_, err := s.run(ctx, nil, "images", "label", ref, recipeLabel+"="+recipe)
	return err
}

// Refs lists the images in the store by the names that people know.
func (s Store) Refs(ctx context.Context) ([]string, error) {
	listed, err := s.run(ctx, nil, "images", "list", "--quiet")
	return readableRefs(listed), err
}

// readableRefs leaves out the names that are digests.
func readableRefs(listed string) []string {
	var refs []string
	for _, ref := range strings.Fields(listed) {
		if !strings.Contains(ref, "sha256:") {
			refs = append(refs, ref)
		}
	}
	return refs
}

// StoreDir is where containerd keeps images between boots: below a folder of
// the user's cache, apart for each version of containerd.
func StoreDir(ctx context.Context, cache string) (string, error) {
	out, err := exec.CommandContext(ctx, "containerd", "--version").Output()
	if err != nil {
		return "", fmt.Errorf("ask containerd for its version: %w", err)
	}
	fields := strings.Fields(string(out))
	if len(fields) < 3 {
		return "", fmt.Errorf("containerd --version says %q", out)
	}
	return filepath.Join(cache, "containerd-"+strings.ReplaceAll(fields[2], "/", "_")), nil
}

// pluginDirs are where distributions put the network plugins.
var pluginDirs = []string{"/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"}

// plugins are the network plugins that a node needs.
var plugins = []string{"ptp", "host-local", "loopback"}

// PluginDir finds the folder that has all network plugins.
func PluginDir() (string, bool) {
	for _, dir := range pluginDirs {
		missing := slices.ContainsFunc(plugins, func(name string) bool {
			_, err := os.Stat(filepath.Join(dir, name))
			return err != nil
		})
		if !missing {
			return dir, true
		}
	}
	return pluginDirs[0], false
}
