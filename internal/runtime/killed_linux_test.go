package runtime_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
)

// kill kills the API server some times, at random moments. The sandbox starts it again, and the next time comes only when it is
// ready. The returned function waits for the last time, and says what went wrong.
func (s *sandbox) kill(c chaos, k *cluster, y *tally, times int) (wait func() error) {
	done := make(chan error, 1)
	go func() {
		defer close(done)
		for n := range times {
			time.Sleep(200*time.Millisecond + time.Duration(c.random(5, uint64(n)).IntN(2500))*time.Millisecond)
			pid := s.pid("kube-apiserver")
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
				done <- err
				return
			}
			y.faults.Add(1)
			if err := s.risen(k, pid); err != nil {
				done <- err
				return
			}
		}
	}()
	return func() error { return <-done }
}

// risen waits until another API server than that of a process is ready.
func (s *sandbox) risen(k *cluster, pid int) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	transport, err := rest.HTTPClientFor(k.cfg)
	if err != nil {
		return err
	}
	for ctx.Err() == nil {
		time.Sleep(50 * time.Millisecond)
		if s.pid("kube-apiserver") == pid {
			continue
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, k.cfg.Host+"/readyz", nil)
		if err != nil {
			return err
		}
		resp, err := transport.Do(req)
		if err != nil {
			continue
		}
		_ = resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			return nil
		}
	}
	return errors.New("the API server was killed and is not ready again")
}

// patient returns the cluster with a client for the test that tries again while there is no API server.
func (k *cluster) patient() *cluster {
	k.t.Helper()
	c, err := client.NewWithWatch(k.cfg, client.Options{Scheme: k.c.Scheme()})
	if err != nil {
		k.t.Fatal(err)
	}
	out := *k
	out.c = interceptor.NewClient(c, interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
			return insist(ctx, func() error { return c.Get(ctx, key, o, opts...) })
		},
		List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
			return insist(ctx, func() error { return c.List(ctx, list, opts...) })
		},
		Patch: func(ctx context.Context, c client.WithWatch, o client.Object, p client.Patch, opts ...client.PatchOption) error {
			return insist(ctx, func() error { return c.Patch(ctx, o, p, opts...) })
		},
		Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
			tries := 0
			return insist(ctx, func() error {
				tries++
				err := c.Create(ctx, o, opts...)
				if tries > 1 && apierrors.IsAlreadyExists(err) { // by a try whose answer was lost
					return c.Get(ctx, client.ObjectKeyFromObject(o), o)
				}
				return err
			})
		},
	})
	return &out
}

// insist tries until an API server has said yes or no.
func insist(ctx context.Context, try func() error) error {
	for {
		err := try()
		var status apierrors.APIStatus
		if err == nil || ctx.Err() != nil || errors.As(err, &status) && status.Status().Code < http.StatusInternalServerError && !apierrors.IsTooManyRequests(err) {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// restricted returns the cluster as a controller reaches it that has its rights from a role, as an installed one has. An
// administrator's are known to an API server before it has read any role.
func (k *cluster) restricted() *cluster {
	k.t.Helper()
	b := &rbacv1.ClusterRoleBinding{
		RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "cluster-admin"},
		Subjects: []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: k.namespace, Name: "controller"}},
	}
	b.Name = "controller-" + k.namespace
	if err := k.c.Create(k.t.Context(), b); err != nil {
		k.t.Fatal(err)
	}
	out := *k
	out.cfg = rest.CopyConfig(k.cfg)
	out.cfg.Impersonate.UserName = "system:serviceaccount:" + k.namespace + ":controller"
	return &out
}

// storedJobs counts the Jobs that were ever stored with a prefix, by the history of etcd: it knows them although their events
// are lost with an API server.
func (s *sandbox) storedJobs(k *cluster) func(prefix string) int {
	endpoint := s.etcd()
	return func(prefix string) int {
		s.t.Helper()
		names, err := endpoint.created(k.t.Context(), "/registry/jobs/"+k.namespace+"/"+prefix)
		if err != nil {
			s.t.Error(err)
		}
		return len(names)
	}
}

// etcd is the API of the sandbox's etcd.
type etcd struct {
	url  string
	http *http.Client
}

func (s *sandbox) etcd() etcd {
	s.t.Helper()
	cert, err := tls.LoadX509KeyPair(filepath.Join(s.dir, "pki", "etcd.crt"), filepath.Join(s.dir, "pki", "etcd.key"))
	if err != nil {
		s.t.Fatal(err)
	}
	ca, err := os.ReadFile(filepath.Join(s.dir, "pki", "etcd-ca.crt"))
	if err != nil {
		s.t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	health, err := url.Parse(s.component("etcd").Health)
	if err != nil {
		s.t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{cert}}}
	return etcd{"https://" + health.Host, &http.Client{Transport: transport}}
}

// created are the keys with a prefix, each time that one was made. What is read of the history ends with a mark that is made
// now, and whose key comes after those of all Jobs.
func (e etcd) created(ctx context.Context, prefix string) ([]string, error) {
	const mark = "/registry/jobs0mark"
	var put struct {
		Header struct{ Revision string }
	}
	err := e.post(ctx, "/v3/kv/put", map[string]any{"key": []byte(mark)}, func(line []byte) (more bool, err error) {
		return false, json.Unmarshal(line, &put)
	})
	if err != nil {
		return nil, err
	}
	var out []string
	watch := map[string]any{"create_request": map[string]any{"key": []byte(prefix), "range_end": []byte(mark + "0"), "start_revision": "1"}}
	err = e.post(ctx, "/v3/watch", watch, func(line []byte) (more bool, err error) {
		var answer struct {
			Result struct {
				CompactRevision string `json:"compact_revision"`
				Events          []struct {
					Type string
					KV   struct {
						Key            []byte
						CreateRevision string `json:"create_revision"`
						ModRevision    string `json:"mod_revision"`
					}
				}
			}
		}
		if err := json.Unmarshal(line, &answer); err != nil {
			return false, err
		}
		if r := answer.Result.CompactRevision; r != "" && r != "0" {
			return false, errors.New("the history of etcd has been compacted: the test took too long")
		}
		for _, event := range answer.Result.Events {
			switch {
			case string(event.KV.Key) == mark && event.KV.ModRevision == put.Header.Revision:
				return false, nil
			case strings.HasPrefix(string(event.KV.Key), prefix) && event.Type != "DELETE" && event.KV.CreateRevision == event.KV.ModRevision:
				out = append(out, path.Base(string(event.KV.Key)))
			}
		}
		return true, nil
	})
	return out, err
}

// post sends a request and reads the answer line by line, as long as more is wanted.
func (e etcd) post(ctx context.Context, path string, body any, read func([]byte) (more bool, err error)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url+path, bytes.NewReader(data))
	if err != nil {
		return err
	}
	resp, err := e.http.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return errors.New(path + ": " + resp.Status)
	}
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		if more, err := read(lines.Bytes()); !more || err != nil {
			return err
		}
	}
	return errors.Join(lines.Err(), errors.New("the history of etcd ended early"))
}

// The process of the API server is killed again and again under running plans, without a moment to say goodbye, and starts
// anew each time. All plans end as if nothing had been. There is an end to it, because clients wait longer and longer before they
// watch again: half a minute after eight times.
func TestPlansEndRightAlthoughTheAPIServerIsKilled(t *testing.T) {
	c, y := newChaos(t), &tally{}
	if !c.full {
		t.Skip("takes a minute: run 'make chaos'")
	}
	const times = 8
	s := ownSandbox(t)
	t.Cleanup(func() { y.report(t, c) })
	k := s.connect().patient()
	k.made = s.storedJobs(k)
	k.restricted().start(nil)
	wait := s.kill(c, k, y, times)
	k.weatherAll(6, y)
	if y.faults.Load() < times {
		t.Errorf("the plans ended before the API server had been killed %d times", times)
	}
	if err := wait(); err != nil {
		t.Error(err)
	}
}
