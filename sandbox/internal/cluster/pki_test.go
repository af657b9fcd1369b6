package cluster

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// TestServerCertificate verifies the certificate as a client would.
func TestServerCertificate(t *testing.T) {
	ca, server := issueServer(t)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca.cert)
	cert := parse(t, server.cert)
	tests := map[string]struct {
		host string
		at   time.Time
		ok   bool
	}{
		"by address":              {"127.0.0.1", noon, true},
		"by name":                 {"localhost", noon, true},
		"a clock that steps back": {"127.0.0.1", noon.Add(-time.Minute), true},
		"another host":            {"192.0.2.1", noon, false},
		"after its lifetime":      {"127.0.0.1", noon.Add(lifetime + time.Minute), false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := cert.Verify(x509.VerifyOptions{Roots: roots, DNSName: test.host, CurrentTime: test.at})
			if (err == nil) != test.ok {
				t.Errorf("verified: %v, want %v (%v)", err == nil, test.ok, err)
			}
		})
	}
	if _, err := tls.X509KeyPair(server.cert, server.key); err != nil {
		t.Errorf("certificate and key do not match: %v", err)
	}
}

func TestClientCertificateNamesUserAndGroup(t *testing.T) {
	ca, err := newAuthority("test", noon)
	if err != nil {
		t.Fatal(err)
	}
	client, err := ca.client("someone", []string{"system:masters"}, noon)
	if err != nil {
		t.Fatal(err)
	}
	cert := parse(t, client.cert)
	if cert.Subject.CommonName != "someone" || !slices.Equal(cert.Subject.Organization, []string{"system:masters"}) {
		t.Errorf("subject is %s", cert.Subject)
	}
	if !slices.Equal(cert.ExtKeyUsage, []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}) {
		t.Errorf("extended key usage is %v, want a client's alone", cert.ExtKeyUsage)
	}
}

// The API server must not accept who is known to etcd, nor etcd who is known
// to the API server.
func TestAuthoritiesAreSeparate(t *testing.T) {
	files, err := contents(Ports{API: 1}, noon)
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
	got := string(kubeconfig("https://127.0.0.1:6443", "sandbox-admin", []byte("CA"), pair{cert: []byte("CERT"), key: []byte("KEY")}))
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

func issueServer(t *testing.T) (ca *authority, server pair) {
	t.Helper()
	ca, err := newAuthority("test", noon)
	if err != nil {
		t.Fatal(err)
	}
	if server, err = ca.server("server", noon); err != nil {
		t.Fatal(err)
	}
	return ca, server
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
