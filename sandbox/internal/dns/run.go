package dns

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"sync/atomic"
	"time"

	"github.com/miekg/dns"
	core "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

// Run serves names until ctx ends: --kubeconfig says where the API server is,
// --address where to answer.
func Run(ctx context.Context, args []string, out io.Writer) error {
	var kubeconfig, address string
	flags := flag.NewFlagSet("cluster-dns", flag.ContinueOnError)
	flags.StringVar(&kubeconfig, "kubeconfig", "", "")
	flags.StringVar(&address, "address", "", "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	logger := log.New(out, "", log.LstdFlags)
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return fmt.Errorf("read the kubeconfig: %w", err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("make a client: %w", err)
	}
	w := newWatcher(client)
	if err := w.start(ctx); err != nil {
		return err
	}
	logger.Printf("serving %s on %s", domain, address)
	return serve(ctx, address, w)
}

// watcher keeps the zone up to date.
type watcher struct {
	factory  informers.SharedInformerFactory
	services func() ([]*core.Service, error)
	slices   func() ([]*discovery.EndpointSlice, error)
	changed  chan struct{}
	zone     atomic.Pointer[Zone]
}

func newWatcher(client kubernetes.Interface) *watcher {
	factory := informers.NewSharedInformerFactory(client, 0)
	services := factory.Core().V1().Services()
	slices := factory.Discovery().V1().EndpointSlices()
	w := &watcher{
		factory:  factory,
		services: func() ([]*core.Service, error) { return services.Lister().List(labels.Everything()) },
		slices:   func() ([]*discovery.EndpointSlice, error) { return slices.Lister().List(labels.Everything()) },
		changed:  make(chan struct{}, 1),
	}
	note := func() {
		select {
		case w.changed <- struct{}{}:
		default: // somebody has noted it already
		}
	}
	handler := cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { note() },
		UpdateFunc: func(any, any) { note() },
		DeleteFunc: func(any) { note() },
	}
	// An informer that has not started takes every handler.
	_, _ = services.Informer().AddEventHandler(handler)
	_, _ = slices.Informer().AddEventHandler(handler)
	return w
}

// start waits for the first state of the cluster and follows it from there.
func (w *watcher) start(ctx context.Context) error {
	w.factory.Start(ctx.Done())
	for kind, synced := range w.factory.WaitForCacheSync(ctx.Done()) {
		if !synced {
			return fmt.Errorf("read %s: %w", kind, context.Cause(ctx))
		}
	}
	if err := w.refresh(); err != nil {
		return err
	}
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-w.changed:
				// The listers read from memory and do not fail.
				_ = w.refresh()
			}
		}
	}()
	return nil
}

func (w *watcher) refresh() error {
	services, err := w.services()
	if err != nil {
		return err
	}
	slices, err := w.slices()
	if err != nil {
		return err
	}
	zone := NewZone(services, slices)
	w.zone.Store(&zone)
	return nil
}

// ServeDNS answers a request from the zone as it is now.
func (w *watcher) ServeDNS(rw dns.ResponseWriter, request *dns.Msg) {
	reply := w.zone.Load().Answer(request)
	if rw.RemoteAddr().Network() == "udp" {
		size := dns.MinMsgSize
		if opt := request.IsEdns0(); opt != nil {
			size = int(opt.UDPSize())
			reply.SetEdns0(opt.UDPSize(), false)
		}
		reply.Truncate(size)
	}
	// A client that is gone asks again or does not care.
	_ = rw.WriteMsg(reply)
}

// serve answers on UDP and TCP.
func serve(ctx context.Context, address string, handler dns.Handler) error {
	failed := make(chan error, 2)
	for _, network := range []string{"udp", "tcp"} {
		server := &dns.Server{Addr: address, Net: network, Handler: handler, ReadTimeout: 10 * time.Second}
		go func() { failed <- server.ListenAndServe() }()
		defer func() { _ = server.Shutdown() }()
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-failed:
		return errors.Join(errors.New("serve names"), err)
	}
}
