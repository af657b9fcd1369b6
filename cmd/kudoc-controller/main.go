// Command kudoc-controller executes the plans of kudoc Instances. It knows no CUE.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/go-logr/logr"
	"github.com/spf13/cobra"
	k8sruntime "k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/runtime"
)

// gcPercent bounds what may be garbage between two collections, in percent of what is not: the controller is idle most of the
// time, and memory is what it costs. GOGC overrules it.
const gcPercent = 30

// version is set by the linker.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	cmd := newCmd()
	err := cmd.ExecuteContext(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "kudoc-controller:", err)
		os.Exit(1)
	}
}

type options struct {
	kubeconfig, context     string
	metricsAddr, healthAddr string
	leaderElect             bool
	leaderElectNamespace    string
	namespaces              []string
	workers                 int
	logFormat               string
	verbose                 bool
}

func newCmd() *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "kudoc-controller",
		Short: "Execute the plans of kudoc Instances",
		Long: `kudoc-controller watches Instances and PlanExecutions and executes their plans.

Without --kubeconfig it uses the service account that it runs as, or else the current context of KUBECONFIG.`,
		Args:          cobra.NoArgs,
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return run(cmd.Context(), o, cmd.ErrOrStderr()) },
	}
	f := cmd.Flags()
	f.StringVar(&o.kubeconfig, "kubeconfig", "", "path of a kubeconfig")
	f.StringVar(&o.context, "context", "", "context of the kubeconfig")
	f.StringVar(&o.metricsAddr, "metrics-bind-address", "0", "address of the metrics endpoint, such as :8080; 0 turns it off")
	f.StringVar(&o.healthAddr, "health-probe-bind-address", "0", "address of /healthz and /readyz, such as :8081; 0 turns them off")
	f.BoolVar(&o.leaderElect, "leader-elect", false, "let only one of several replicas work")
	f.StringVar(&o.leaderElectNamespace, "leader-elect-namespace", "", "namespace of the lease; by default the one that the controller runs in")
	f.StringSliceVar(&o.namespaces, "watch-namespace", nil, "namespace to work in; repeatable; by default all of them")
	f.IntVar(&o.workers, "workers", 10, "number of Instances that are reconciled at once")
	f.StringVar(&o.logFormat, "log-format", "text", "text or json")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "log more")
	return cmd
}

func (o *options) validate() error {
	if o.logFormat != "text" && o.logFormat != "json" {
		return fmt.Errorf("--log-format %q is neither text nor json", o.logFormat)
	}
	if o.workers < 1 {
		return fmt.Errorf("--workers %d: at least 1 is needed", o.workers)
	}
	return nil
}

func run(ctx context.Context, o options, stderr io.Writer) error {
	if err := o.validate(); err != nil {
		return err
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	ctrl.SetLogger(logger(o, stderr))
	log.FromContext(ctx).Info("starting", "version", version, "workers", o.workers)
	mgr, err := newManager(o)
	if err != nil {
		return err
	}
	go giveBack(ctx)
	if err := mgr.Start(ctx); err != nil {
		return fmt.Errorf("run: %w", err)
	}
	return nil
}

func logger(o options, w io.Writer) logr.Logger {
	opts := &slog.HandlerOptions{Level: slog.LevelInfo}
	if o.verbose {
		opts.Level = slog.LevelDebug
	}
	if o.logFormat == "json" {
		return logr.FromSlogHandler(slog.NewJSONHandler(w, opts))
	}
	return logr.FromSlogHandler(slog.NewTextHandler(w, opts))
}

func newManager(o options) (manager.Manager, error) {
	cfg, err := restConfig(o)
	if err != nil {
		return nil, err
	}
	scheme := k8sruntime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme)); err != nil {
		return nil, fmt.Errorf("register kinds: %w", err)
	}
	caches := runtime.CacheOptions()
	for _, ns := range o.namespaces {
		if caches.DefaultNamespaces == nil {
			caches.DefaultNamespaces = map[string]cache.Config{}
		}
		caches.DefaultNamespaces[ns] = cache.Config{}
	}
	mgr, err := ctrl.NewManager(cfg, manager.Options{
		Scheme:                        scheme,
		Cache:                         caches,
		Metrics:                       metricsserver.Options{BindAddress: o.metricsAddr},
		HealthProbeBindAddress:        o.healthAddr,
		LeaderElection:                o.leaderElect,
		LeaderElectionID:              "kudoc-controller.kudoc.dev",
		LeaderElectionNamespace:       o.leaderElectNamespace,
		LeaderElectionReleaseOnCancel: true,
	})
	if err != nil {
		return nil, fmt.Errorf("set up: %w", err)
	}
	if err := errors.Join(mgr.AddHealthzCheck("ping", healthz.Ping), mgr.AddReadyzCheck("ping", healthz.Ping)); err != nil {
		return nil, fmt.Errorf("set up health endpoints: %w", err)
	}
	return mgr, runtime.Setup(mgr, o.workers)
}

func restConfig(o options) (*rest.Config, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = o.kubeconfig
	cfg, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{CurrentContext: o.context}).ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("find the cluster: %w", err)
	}
	// The API server's own fairness limits clients; a limit here would only hide how long requests wait.
	cfg.QPS = -1
	cfg.UserAgent = "kudoc-controller/" + version
	return cfg, nil
}
