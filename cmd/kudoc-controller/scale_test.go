package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	k8sruntime "k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// idle is how long a controller is watched that has nothing to do.
const idle = 30 * time.Second

// controller is a kudoc-controller process.
type controller struct {
	b       *testing.B
	cmd     *exec.Cmd
	metrics string
}

// BenchmarkScale deploys Instances of four objects each, without pods, in batches, and then watches what the controller
// costs while nothing happens, and what a restart costs. KUDOC_SCALE is the number of Instances.
func BenchmarkScale(b *testing.B) {
	total := 500
	if s := os.Getenv("KUDOC_SCALE"); s != "" {
		var err error
		if total, err = strconv.Atoi(s); err != nil {
			b.Fatalf("KUDOC_SCALE: %v", err)
		}
	}
	kubeconfig, c := connect(b)
	ns := namespace(b, c)
	framework(b, c)
	bin := filepath.Join(b.TempDir(), "kudoc-controller")
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-ldflags", "-s -w", "-o", bin, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	p := launch(b, bin, kubeconfig, ns)
	have := 0
	rows := "instances,ms_per_instance,resident_mb\n"
	for _, n := range []int{100, 200, 500, 1000, 2000} {
		if n = min(n, total); n > have {
			each := p.deploy(c, ns, have, n)
			b.Logf("%5d instances: %4d ms for each that was added, %d MB resident", n, each.Milliseconds(), p.resident())
			rows += fmt.Sprintf("%d,%d,%d\n", n, each.Milliseconds(), p.resident())
			have = n
		}
	}
	if path := os.Getenv("KUDOC_SCALE_CSV"); path != "" {
		if err := os.WriteFile(path, []byte(rows), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	p.quiet()
	writes, reads, cpu := p.requests(true), p.requests(false), p.cpu()
	time.Sleep(idle)
	b.Logf("%5d instances, idle for %s: %.1f %% of a core, %d MB resident, %d writes, %d reads", have, idle,
		100*(p.cpu()-cpu).Seconds()/idle.Seconds(), p.resident(), p.requests(true)-writes, p.requests(false)-reads)
	b.ReportMetric(float64(p.requests(true)-writes), "writes-idle")
	b.ReportMetric(float64(p.resident()), "MB")
	p.stop()
	p = launch(b, bin, kubeconfig, ns)
	begin := time.Now()
	p.quiet()
	b.Logf("%5d instances, restart: settled after %.1f s with %.1f s of CPU, %d writes, %d reads", have, time.Since(begin).Seconds()-calm.Seconds(), p.cpu().Seconds(), p.requests(true), p.requests(false))
	b.ReportMetric(float64(p.requests(true)), "writes-restart")
	release(b, c, ns)
}

// framework makes the version, once the kinds are served.
func framework(b *testing.B, c client.Client) {
	data, err := os.ReadFile("../../internal/runtime/testdata/quartet.yaml")
	if err != nil {
		b.Fatal(err)
	}
	v := &v1alpha1.FrameworkVersion{}
	if err := yaml.UnmarshalStrict(data, v); err != nil {
		b.Fatal(err)
	}
	eventually(b, "the version is there", func(ctx context.Context) error { return client.IgnoreAlreadyExists(c.Create(ctx, v.DeepCopy())) })
}

func launch(b *testing.B, bin, kubeconfig, ns string) *controller {
	p := &controller{b: b, metrics: freeAddr(b)}
	p.cmd = exec.Command(bin, "--kubeconfig", kubeconfig, "--watch-namespace", ns, "--metrics-bind-address", p.metrics)
	if err := p.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(p.stop)
	eventually(b, "metrics", func(ctx context.Context) error {
		return get(ctx, "http://"+p.metrics+"/metrics", "rest_client_requests_total")
	})
	return p
}

func (p *controller) stop() {
	_ = p.cmd.Process.Kill() // it may have been stopped before
	_ = p.cmd.Wait()
}

// deploy makes Instances until there are n, and returns the time for each.
func (p *controller) deploy(c client.Client, ns string, have, n int) time.Duration {
	begin := time.Now()
	var all sync.WaitGroup
	for w := range 10 {
		all.Go(func() {
			for i := have + w; i < n; i += 10 {
				inst := &v1alpha1.Instance{Spec: v1alpha1.InstanceSpec{FrameworkVersion: "quartet-1.0.0", Parameters: &k8sruntime.RawExtension{Raw: []byte(`{"replicas":0}`)}}}
				inst.Namespace, inst.Name = ns, fmt.Sprintf("q%d", i)
				if err := c.Create(p.b.Context(), inst); err != nil {
					p.b.Error(err)
				}
			}
		})
	}
	all.Wait()
	for p.sum("kudoc_plan_executions_total", `state="Succeeded"`) < n {
		if time.Since(begin) > 20*time.Minute {
			p.b.Fatalf("%d of %d are deployed", p.sum("kudoc_plan_executions_total", `state="Succeeded"`), n)
		}
		time.Sleep(100 * time.Millisecond)
	}
	return time.Since(begin) / time.Duration(n-have)
}

// calm is how long a controller must have asked and reconciled nothing to count as settled.
const calm = 5 * time.Second

func (p *controller) quiet() {
	last, since := -1, time.Now()
	for time.Since(since) < calm {
		if now := p.sum("controller_runtime_reconcile_total", "") + p.requests(true); now != last {
			last, since = now, time.Now()
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// requests is how many requests that write, or read, it has sent.
func (p *controller) requests(writes bool) int {
	reads := p.sum("rest_client_requests_total", `method="GET"`)
	if writes {
		return p.sum("rest_client_requests_total", "") - reads
	}
	return reads
}

// sum adds up the counters of a name whose labels contain some text.
func (p *controller) sum(name, labels string) int {
	res, err := http.Get("http://" + p.metrics + "/metrics")
	if err != nil {
		p.b.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil {
		p.b.Fatal(err)
	}
	total := 0.0
	for line := range strings.Lines(string(body)) {
		if strings.HasPrefix(line, name+"{") && strings.Contains(line, labels) {
			v, err := strconv.ParseFloat(strings.TrimSpace(line[strings.LastIndex(line, " "):]), 64)
			if err != nil {
				p.b.Fatal(err)
			}
			total += v
		}
	}
	return int(total)
}

// proc reads a file about the process; the figures are those of Linux.
func (p *controller) proc(file string) string {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", p.cmd.Process.Pid, file))
	if err != nil {
		p.b.Skip(err)
	}
	return string(data)
}

// resident is the memory that it uses, in MB.
func (p *controller) resident() int {
	for line := range strings.Lines(p.proc("status")) {
		if fields := strings.Fields(line); fields[0] == "VmRSS:" {
			kb, err := strconv.Atoi(fields[1])
			if err != nil {
				p.b.Fatal(err)
			}
			return kb / 1024
		}
	}
	return 0
}

// cpu is the time that it has computed.
func (p *controller) cpu() time.Duration {
	stat := p.proc("stat")
	fields := strings.Fields(stat[strings.LastIndex(stat, ")")+1:])
	ticks := 0
	for _, f := range fields[11:13] { // user and system time, in hundredths of a second
		n, err := strconv.Atoi(f)
		if err != nil {
			p.b.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// release takes the finalizers off: nobody deletes the Instances.
func release(b *testing.B, c client.Client, ns string) {
	var list v1alpha1.InstanceList
	if err := c.List(b.Context(), &list, client.InNamespace(ns)); err != nil {
		b.Fatal(err)
	}
	for i := range list.Items {
		if err := c.Patch(b.Context(), &list.Items[i], client.RawPatch("application/merge-patch+json", []byte(`{"metadata":{"finalizers":null}}`))); err != nil {
			b.Error(err)
		}
	}
}
