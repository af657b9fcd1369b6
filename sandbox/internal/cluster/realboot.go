package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/kudoc/kudoc/sandbox/internal/component"
	"github.com/kudoc/kudoc/sandbox/internal/folder"
	"github.com/kudoc/kudoc/sandbox/internal/image"
	"github.com/kudoc/kudoc/sandbox/internal/node"
)

// realNode is what the supervisor of a real node has besides.
type realNode struct {
	store    string // containerd's folder
	init     int    // process id of the node's first process
	lockFile *os.File
}

// enterNode takes the machine's one real node, makes its namespaces and starts
// the janitor, before anything is there to be left behind.
func (s *supervisor) enterNode() error {
	lock, err := node.Lock()
	if err != nil {
		return err
	}
	log, err := os.OpenFile(s.layout.Log("node-janitor"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("start the janitor: %w", err)
	}
	defer func() { _ = log.Close() }()
	if err := node.StartJanitor(s.program, log, s.lock, s.lifeline, lock); err != nil {
		return err
	}
	launcher, err := node.NewLauncher()
	if err != nil {
		return err
	}
	s.launch = launcher.Start
	s.real = &realNode{lockFile: lock}
	return nil
}

// realStages are the steps to a control plane with a real node. The ports stay
// held: the node's first process forwards them.
func (s *supervisor) realStages(ports component.Ports, held []*net.TCPListener) []bootStage {
	return []bootStage{
		{"certificates", func(ctx context.Context) error {
			inside, err := s.prepareNode(ctx, ports)
			if err != nil {
				return err
			}
			s.components = component.Real(s.layout, ports, inside)
			return nil
		}},
		{"namespaces", func(ctx context.Context) error { return s.startInit(ctx, held) }},
		{component.Etcd, s.starts(component.Etcd)},
		{"images", s.fillStore},
		{component.APIServer, s.starts(component.APIServer)},
		{"controllers", s.starts(component.Controller, component.Scheduler)},
		{"node", func(ctx context.Context) error {
			if err := s.start(s.component(component.Containerd)); err != nil {
				return err
			}
			err := poll(ctx, 20*time.Millisecond, node.Store{Init: s.real.init}.ServesPods)
			if err != nil {
				return err
			}
			return s.starts(component.Kubelet, component.Proxy, component.ClusterDNS)(ctx)
		}},
		{"ready", s.join},
	}
}

// prepareNode writes every file that the components of a real node read.
func (s *supervisor) prepareNode(ctx context.Context, ports component.Ports) (node.Inside, error) {
	inside := node.Inside{Dir: s.layout.Dir, Program: s.program, Ready: s.layout.Path("work", "node-ready"), Ports: ports.All()}
	if err := s.enterNode(); err != nil {
		return inside, err
	}
	root, err := folder.Root()
	if err != nil {
		return inside, err
	}
	if inside.Store, err = node.StoreDir(ctx, filepath.Join(filepath.Dir(root), "node")); err != nil {
		return inside, err
	}
	s.real.store = inside.Store
	plugins, _ := node.PluginDir()
	files, err := component.Files(ports, time.Now(), component.NodeAddresses()...)
	if err != nil {
		return inside, err
	}
	for name, content := range node.Files(component.NodeSettings(s.layout, ports, inside.Store, plugins)) {
		files[filepath.Join(node.Dir, "config", name)] = content
	}
	for _, dir := range []string{inside.Store, s.layout.Path("work"), s.layout.Path(node.Dir, "volumes"), s.layout.Path(node.Dir, "kubelet"), s.layout.Path(node.Dir, "pods")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return inside, fmt.Errorf("make the node's folders: %w", err)
		}
	}
	return inside, s.layout.WriteAll(files)
}

// startInit starts the first process of the namespaces and hands the ports over.
func (s *supervisor) startInit(ctx context.Context, held []*net.TCPListener) error {
	var files []*os.File
	defer func() {
		for _, f := range files {
			_ = f.Close()
		}
	}()
	for _, l := range held {
		f, err := l.File()
		if err != nil {
			return fmt.Errorf("hand a port over: %w", err)
		}
		files = append(files, f)
		if err := l.Close(); err != nil {
			return fmt.Errorf("hand a port over: %w", err)
		}
	}
	if err := s.start(s.component(component.NodeInit), files...); err != nil {
		return err
	}
	s.real.init = s.children[len(s.children)-1].PID()
	return poll(ctx, 5*time.Millisecond, func(context.Context) error {
		_, err := os.Stat(s.layout.Path("work", "node-ready"))
		return err
	})
}

// fillStore puts containerd's store in order while nothing uses it: without the
// containers of a former boot, and with the images that are wanted.
func (s *supervisor) fillStore(ctx context.Context) error {
	ch, err := s.spawn(component.Spec{Name: component.Containerd, Program: component.Containerd, Args: []string{"--config", component.StoreConfig(s.layout)}})
	if err != nil {
		return err
	}
	defer ch.Stop(5 * time.Second)
	store := node.Store{Init: s.real.init}
	err = poll(ctx, 30*time.Millisecond, func(ctx context.Context) error {
		select {
		case <-ch.Done:
			return fmt.Errorf("containerd ended (%s): see %s", ch.How(), s.layout.Log(component.Containerd))
		default:
			return store.Answers(ctx)
		}
	})
	if err != nil {
		return err
	}
	if err := store.Tidy(ctx); err != nil {
		return err
	}
	cache, err := image.DefaultCache()
	if err != nil {
		return err
	}
	return importImages(ctx, store, cache, s.Images, s.log.Printf)
}

// importImages brings images of the cache and archives into a store that may
// have them already.
func importImages(ctx context.Context, store node.Store, cache image.Cache, wanted []string, say func(string, ...any)) error {
	choice, err := cache.Choose(wanted)
	if err != nil {
		return err
	}
	for _, i := range choice.Images {
		has, err := store.Has(ctx, i.Ref, i.Recipe)
		if err != nil {
			return err
		}
		if has {
			continue
		}
		say("importing %s", i.Ref)
		if err := importImage(ctx, store, cache, i); err != nil {
			return fmt.Errorf("import %s: %w", i.Ref, err)
		}
	}
	for _, path := range choice.Archives {
		say("importing %s", path)
		if err := importArchive(ctx, store, path); err != nil {
			return fmt.Errorf("import %s: %w", path, err)
		}
	}
	return nil
}

func importImage(ctx context.Context, store node.Store, cache image.Cache, i image.Image) error {
	read, write := io.Pipe()
	written := make(chan error, 1)
	go func() {
		err := cache.Archive(write, i)
		_ = write.CloseWithError(err)
		written <- err
	}()
	err := store.Import(ctx, read)
	_ = read.CloseWithError(err)
	if wrote := <-written; wrote != nil && err == nil {
		err = wrote
	}
	if err != nil {
		return err
	}
	return store.Mark(ctx, i.Ref, i.Recipe)
}

func importArchive(ctx context.Context, store node.Store, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return store.Import(ctx, f)
}

// ErrSimulated says that a command is for real nodes.
var ErrSimulated = errors.New("the sandbox has simulated nodes: start one with sandbox up --node=real")

// RealNode finds the real node of a running sandbox: the process id of its
// first process.
func RealNode(dir string) (int, error) {
	if _, err := Kubeconfig(dir); err != nil {
		return 0, err
	}
	state, _, err := readState(folder.Layout{Dir: dir})
	if err != nil {
		return 0, err
	}
	for _, p := range state.Components {
		if p.Name == component.NodeInit {
			return p.PID, nil
		}
	}
	return 0, ErrSimulated
}

// LoadImages brings images into a running real node and returns what it has.
func LoadImages(ctx context.Context, dir string, wanted []string, progress io.Writer) ([]string, error) {
	init, err := RealNode(dir)
	if err != nil {
		return nil, err
	}
	cache, err := image.DefaultCache()
	if err != nil {
		return nil, err
	}
	store := node.Store{Init: init}
	say := func(format string, args ...any) {
		fmt.Fprintf(progress, "sandbox: "+strings.TrimSuffix(format, "\n")+"\n", args...)
	}
	if err := importImages(ctx, store, cache, wanted, say); err != nil {
		return nil, err
	}
	return store.Refs(ctx)
}
