package cluster

import (
	"context"
	"fmt"
	"net"
	"os"
	"slices"
	"time"

	"github.com/kudoc/kudoc/sandbox/internal/component"
	"github.com/kudoc/kudoc/sandbox/internal/manifest"
)

// boot brings the sandbox up, stage by stage, and records each.
func (s *supervisor) boot(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, s.Timeout, fmt.Errorf("not up within %s: see %s, or give more time with --timeout", s.Timeout, s.layout.Logs()))
	defer cancel()
	ports, held, err := component.FreePorts()
	defer func() {
		for _, l := range held {
			_ = l.Close() // most of them are by now
		}
	}()
	if err != nil {
		return err
	}
	s.state.Server = component.Loopback(ports.API)
	s.record()
	stages := s.simulatedStages(ports, held)
	if s.Real {
		stages = s.realStages(ports, held)
	}
	for _, stage := range stages {
		began := time.Now()
		if err := stage.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", stage.name, err)
		}
		s.state.Stages = append(s.state.Stages, Stage{Name: stage.name, Seconds: time.Since(began).Seconds()})
		s.record()
		s.log.Printf("%s: %s", stage.name, time.Since(began).Round(time.Millisecond))
	}
	s.state.Phase = Running
	s.record()
	s.log.Printf("running: %s", s.state.Server)
	return nil
}

// bootStage is one step of the boot.
type bootStage struct {
	name string
	run  func(context.Context) error
}

// simulatedStages are the steps to a control plane with simulated nodes. The
// ports are let go just before the components take them.
func (s *supervisor) simulatedStages(ports component.Ports, held []*net.TCPListener) []bootStage {
	return []bootStage{
		{"certificates", func(context.Context) error {
			for _, l := range held {
				if err := l.Close(); err != nil {
					return fmt.Errorf("let a port go: %w", err)
				}
			}
			s.components = component.Simulated(s.layout, ports)
			return s.write(ports)
		}},
		{component.Etcd, s.starts(component.Etcd)},
		{component.APIServer, s.starts(component.APIServer)},
		{"controllers", s.starts(component.Controller, component.Scheduler, component.Simulator)},
		{"nodes", s.join},
	}
}

// write makes the files that the components read.
func (s *supervisor) write(p component.Ports) error {
	files, err := component.Files(p, time.Now())
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.layout.Path("work"), 0o700); err != nil {
		return fmt.Errorf("make the components' folder: %w", err)
	}
	return s.layout.WriteAll(files)
}

// component is one of those that are to run.
func (s *supervisor) component(name string) component.Spec {
	i := slices.IndexFunc(s.components, func(c component.Spec) bool { return c.Name == name })
	return s.components[i]
}

// starts is a step that starts components together.
func (s *supervisor) starts(names ...string) func(context.Context) error {
	return func(ctx context.Context) error {
		components := make([]component.Spec, len(names))
		for i, name := range names {
			components[i] = s.component(name)
		}
		return s.startHealthy(ctx, components...)
	}
}

// startHealthy starts components together and waits until all are well.
func (s *supervisor) startHealthy(ctx context.Context, components ...component.Spec) error {
	for _, c := range components {
		if err := s.start(c); err != nil {
			return err
		}
	}
	for _, c := range components {
		if c.Health == "" {
			continue
		}
		if err := s.answers(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// answers waits until a component says that it is well.
func (s *supervisor) answers(ctx context.Context, c component.Spec) error {
	probe, err := prober(s.layout, c.Name, c.Health)
	if err != nil {
		return err
	}
	return poll(ctx, 50*time.Millisecond, func(ctx context.Context) error {
		_, err := probe.get(ctx, "")
		return err
	})
}

// join creates what every cluster has: a default storage class, simulated nodes
// and, by the controllers' hand, the default service account that pods need.
func (s *supervisor) join(ctx context.Context) error {
	api, err := admin(s.layout, s.state.Server)
	if err != nil {
		return err
	}
	if s.state.Version, err = api.version(ctx); err != nil {
		return err
	}
	class, err := manifest.StorageClass(s.Real)
	if err != nil {
		return err
	}
	if err := api.apply(ctx, "/apis/storage.k8s.io/v1/storageclasses/sandbox", class); err != nil {
		return err
	}
	if !s.Real { // a real node has joined by itself
		if err := s.createNodes(ctx, api); err != nil {
			return err
		}
	}
	return s.waitUsable(ctx, api)
}

func (s *supervisor) createNodes(ctx context.Context, api *client) error {
	for i := range s.Nodes {
		object, err := manifest.Node(manifest.NodeName(i + 1))
		if err != nil {
			return err
		}
		if err := api.create(ctx, "/api/v1/nodes", object); err != nil {
			return err
		}
	}
	return nil
}

// waitUsable waits until a pod could be created and would run.
func (s *supervisor) waitUsable(ctx context.Context, api *client) error {
	for i := range s.Nodes {
		err := poll(ctx, 50*time.Millisecond, func(ctx context.Context) error {
			raw, err := api.get(ctx, "/api/v1/nodes/"+manifest.NodeName(i+1))
			if err != nil {
				return err
			}
			return manifest.NodeReady(raw)
		})
		if err != nil {
			return err
		}
	}
	return poll(ctx, 50*time.Millisecond, func(ctx context.Context) error {
		_, err := api.get(ctx, "/api/v1/namespaces/default/serviceaccounts/default")
		return err
	})
}
