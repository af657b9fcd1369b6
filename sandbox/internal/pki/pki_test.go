package pki

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"slices"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// TestServerCertificate verifies the certificate as a client would.
func TestServerCertificate(t *testing.T) {
	ca, server := issueServer(t)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca.Cert)
	cert := parse(t, server.Cert)
	tests := map[string]struct {
		host string
		at   time.Time
		ok   bool
	}{
		"by address":              {"127.0.0.1", noon, true},
		"by name":                 {"localhost", noon, true},
		"a clock that steps back": {"127.0.0.1", noon.Add(-time.Minute), true},
		"another host":            {"192.0.2.1", noon, false},
		"after its lifetime":      {"127.0.0.1", noon.Add(Lifetime + time.Minute), false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := cert.Verify(x509.VerifyOptions{Roots: roots, DNSName: test.host, CurrentTime: test.at})
			if (err == nil) != test.ok {
				t.Errorf("verified: %v, want %v (%v)", err == nil, test.ok, err)
			}
		})
	}
	if _, err := tls.X509KeyPair(server.Cert, server.Key); err != nil {
		t.Errorf("certificate and key do not match: %v", err)
	}
}

func TestClientCertificateNamesUserAndGroup(t *testing.T) {
	ca, err := NewAuthority("test", noon)
	if err != nil {
		t.Fatal(err)
	}
	client, err := ca.Client("someone", []string{"system:masters"}, noon)
	if err != nil {
		t.Fatal(err)
	}
	cert := parse(t, client.Cert)
	if cert.Subject.CommonName != "someone" || !slices.Equal(cert.Subject.Organization, []string{"system:masters"}) {
		t.Errorf("subject is %s", cert.Subject)
	}
	if !slices.Equal(cert.ExtKeyUsage, []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}) {
		t.Errorf("extended key usage is %v, want a client's alone", cert.ExtKeyUsage)
	}
}

func issueServer(t *testing.T) (ca *Authority, server Pair) {
	t.Helper()
	ca, err := NewAuthority("test", noon)
	if err != nil {
		t.Fatal(err)
	}
	if server, err = ca.Server("server", noon); err != nil {
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
