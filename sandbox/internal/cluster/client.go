package cluster

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/kudoc/kudoc/sandbox/internal/component"
	"github.com/kudoc/kudoc/sandbox/internal/folder"
)

// client speaks to one of the sandbox's servers. A handful of requests does
// not need client-go, and without it this package compiles in seconds.
type client struct {
	base string
	http *http.Client
}

// newClient trusts only the authority in ca, and shows cert.
func newClient(base, ca, cert, key string) (*client, error) {
	rootPEM, err := os.ReadFile(ca)
	if err != nil {
		return nil, fmt.Errorf("read the sandbox's authority: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(rootPEM) {
		return nil, fmt.Errorf("read the sandbox's authority: %s holds no certificate", ca)
	}
	own, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("read the client certificate: %w", err)
	}
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{own}, MinVersion: tls.VersionTLS13},
		// A kept connection would make the server wait for it when it stops.
		DisableKeepAlives: true,
	}
	return &client{base: base, http: &http.Client{Transport: transport, Timeout: 5 * time.Second}}, nil
}

// admin is a client of the API server, or of any component that asks it.
func admin(l folder.Layout, base string) (*client, error) {
	return newClient(base, l.Path("pki", "ca.crt"), l.Path("pki", "admin.crt"), l.Path("pki", "admin.key"))
}

// prober is a client that a component lets ask for its health.
func prober(l folder.Layout, name, url string) (*client, error) {
	if name == component.Etcd {
		return newClient(url, l.Path("pki", "etcd-ca.crt"), l.Path("pki", "etcd.crt"), l.Path("pki", "etcd.key"))
	}
	return admin(l, url)
}

func (c *client) get(ctx context.Context, path string) ([]byte, error) {
	return c.do(ctx, http.MethodGet, path, "", nil)
}

// create posts an object; one that is already there is left as it is.
func (c *client) create(ctx context.Context, path string, object []byte) error {
	_, err := c.do(ctx, http.MethodPost, path, "application/json", object)
	var status *statusError
	if errors.As(err, &status) && status.code == http.StatusConflict {
		return nil
	}
	return err
}

// apply sends YAML as a server-side apply.
func (c *client) apply(ctx context.Context, path string, object []byte) error {
	_, err := c.do(ctx, http.MethodPatch, path+"?fieldManager=sandbox&force=true", "application/apply-patch+yaml", object)
	return err
}

// statusError is an answer other than success.
type statusError struct {
	method, url string
	code        int
	body        string
}

func (e *statusError) Error() string {
	return fmt.Sprintf("%s %s: status %d: %s", e.method, e.url, e.code, e.body)
}

func (c *client) do(ctx context.Context, method, path, contentType string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, c.base+path, err)
	}
	if resp.StatusCode/100 != 2 {
		return nil, &statusError{method: method, url: c.base + path, code: resp.StatusCode, body: firstLine(answer)}
	}
	return answer, nil
}

// firstLine keeps messages about an answer to one line.
func firstLine(b []byte) string {
	const most = 300
	line, _, _ := bytes.Cut(bytes.TrimSpace(b), []byte("\n"))
	if len(line) > most {
		line = line[:most]
	}
	return string(line)
}

// version is the Kubernetes version that the API server reports.
func (c *client) version(ctx context.Context) (string, error) {
	raw, err := c.get(ctx, "/version")
	if err != nil {
		return "", err
	}
	var v struct{ GitVersion string }
	if err := json.Unmarshal(raw, &v); err != nil {
		return "", fmt.Errorf("read the server's version: %w", err)
	}
	return v.GitVersion, nil
}
