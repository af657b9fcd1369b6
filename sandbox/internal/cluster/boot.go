package cluster

import (
	"context"
	"fmt"
	"net"
	"os"
	"time"
)

// boot brings the sandbox up, stage by stage, and records each.
func (s *supervisor) boot(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, s.Timeout, fmt.Errorf("not up within %s: see %s, or give more time with --timeout", s.Timeout, s.layout.logs()))
	defer cancel()
	ports, held, err := freePorts()
	defer func() {
		for _, l := range held {
			l.Close()
		}
	}()
	if err != nil {
		return err
	}
	s.state.Server = loopback(ports.API)
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
func (s *supervisor) simulatedStages(ports Ports, held []*net.TCPListener) []bootStage {
	byName := map[string]Component{}
	for _, c := range Components(s.layout, ports) {
		byName[c.Name] = c
	}
	return []bootStage{
		{"certificates", func(context.Context) error {
			for _, l := range held {
				l.Close()
			}
			return s.write(ports)
		}},
		{etcd, func(ctx context.Context) error { return s.startHealthy(ctx, byName[etcd]) }},
		{apiserver, func(ctx context.Context) error { return s.startHealthy(ctx, byName[apiserver]) }},
		{"controllers", func(ctx context.Context) error {
			return s.startHealthy(ctx, byName[controller], byName[scheduler], byName[simulator])
		}},
		{"nodes", s.join},
	}
}

// write makes the files that the components read.
func (s *supervisor) write(p Ports) error {
	files, err := contents(p, time.Now())
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.layout.path("work"), 0o700); err != nil {
		return fmt.Errorf("make the components' folder: %w", err)
	}
	return s.layout.writeAll(files)
}

// startHealthy starts components together and waits until all are well.
func (s *supervisor) startHealthy(ctx context.Context, components ...Component) error {
	for _, c := range components {
		if err := s.start(c); err != nil {
			return err
		}
	}
	for _, c := range components {
		if c.Health == "" {
			continue
		}
		probe, err := s.layout.prober(c.Name, c.Health)
		if err != nil {
			return err
		}
		err = poll(ctx, 50*time.Millisecond, func(ctx context.Context) error {
			_, err := probe.get(ctx, "")
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// join creates what every cluster has: nodes, a default storage class and, by
// the controllers' hand, the default service account that pods need.
func (s *supervisor) join(ctx context.Context) error {
	api, err := s.layout.admin(s.state.Server)
	if err != nil {
		return err
	}
	if s.state.Version, err = api.version(ctx); err != nil {
		return err
	}
	if err := createStorageClass(ctx, api, "manifests/storageclass.yaml"); err != nil {
		return err
	}
	for i := range s.Nodes {
		object, err := nodeObject(nodeName(i + 1))
		if err != nil {
			return err
		}
		if err := api.create(ctx, "/api/v1/nodes", object); err != nil {
			return err
		}
	}
	return s.waitUsable(ctx, api)
}

// createStorageClass makes the class that claims get unless they name another.
func createStorageClass(ctx context.Context, api *client, manifest string) error {
	class, err := manifests.ReadFile(manifest)
	if err != nil {
		return fmt.Errorf("read the storage class: %w", err)
	}
	return api.apply(ctx, "/apis/storage.k8s.io/v1/storageclasses/sandbox", class)
}

// waitUsable waits until a pod could be created and would run.
func (s *supervisor) waitUsable(ctx context.Context, api *client) error {
	for i := range s.Nodes {
		err := poll(ctx, 50*time.Millisecond, func(ctx context.Context) error {
			raw, err := api.get(ctx, "/api/v1/nodes/"+nodeName(i+1))
			if err != nil {
				return err
			}
			return nodeReady(raw)
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
