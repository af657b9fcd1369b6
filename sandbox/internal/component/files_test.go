package component

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kudoc/kudoc/sandbox/internal/pki"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// The API server must not accept who is known to etcd, nor etcd who is known
// to the API server.
func TestAuthoritiesAreSeparate(t *testing.T) {
	files, err := Files(Ports{API: 1}, noon)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(files["pki/etcd-ca.crt"])
	_, err = parse(t, files["pki/admin.crt"]).Verify(x509.VerifyOptions{
		Roots: roots, CurrentTime: noon, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	if err == nil {
		t.Error("etcd's authority vouches for the API server's administrator")
	}
}

func TestKubeconfig(t *testing.T) {
	got := string(kubeconfig("https://127.0.0.1:6443", "sandbox-admin", []byte("CA"), pki.Pair{Cert: []byte("CERT"), Key: []byte("KEY")}))
	fields := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^\s+(server|user|[a-z-]+-data): (\S+)$`).FindAllStringSubmatch(got, -1) {
		value := m[2]
		if raw, err := base64.StdEncoding.DecodeString(value); err == nil && m[1] != "user" {
			value = string(raw)
		}
		fields[m[1]] = value
	}
	want := map[string]string{
		"server":                     "https://127.0.0.1:6443",
		"certificate-authority-data": "CA",
		"client-certificate-data":    "CERT",
		"client-key-data":            "KEY",
		"user":                       "sandbox-admin",
	}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Errorf("kubeconfig (-want +got):\n%s\n%s", diff, got)
	}
}

func parse(t *testing.T, raw []byte) *x509.Certificate {
	t.Helper()
	block, _ := pem.Decode(raw)
	if block == nil {
		t.Fatal("no PEM block")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}
