package e2e

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// encrypt: a server that runs gets a port with TLS. It lets in who has a certificate of the same authority, and nobody else.
func encrypt(t *testing.T, c cluster) {
	ca := newAuthority(t)
	server, client := ca.issue(t, "lone", "lone-cs."+namespace+".svc"), ca.issue(t, "client")
	c.kubectl(t, append([]string{"create", "secret", "generic", "lone-tls", "--type=kubernetes.io/tls"}, ca.files(t, server)...)...)
	c.zkCli(t, "lone-0", "create /before plain")
	c.apply(t, "zookeeper", "lone", "-p", "tls.enabled=true", "-p", "tls.secretName=lone-tls")

	secure := c.forward(t, "service/lone-cs", "2281")
	known := &tls.Config{RootCAs: ca.pool(), ServerName: "lone-cs." + namespace + ".svc", Certificates: []tls.Certificate{client}}
	answer, err := ask(secure, known)
	if err != nil {
		t.Fatalf("ask with a certificate: %v", err)
	}
	contains(t, "answer by TLS", answer, "Mode: leader")
	stranger := known.Clone()
	stranger.Certificates = nil
	for who, config := range map[string]*tls.Config{"a client without a certificate": stranger, "a client without TLS": nil} {
		if answer, err := ask(secure, config); strings.Contains(answer, "Mode:") {
			t.Fatalf("%s gets an answer: %s (%v)", who, answer, err)
		}
	}

	// ZooKeeper's own client, with the certificate of the server since the pod has no other
	value := c.shell(t, "lone-0", `
		export CLIENT_JVMFLAGS="$CLIENT_JVMFLAGS -Dzookeeper.clientCnxnSocket=org.apache.zookeeper.ClientCnxnSocketNetty -Dzookeeper.client.secure=true
		  -Dzookeeper.ssl.keyStore.location=/data/tls.pem -Dzookeeper.ssl.trustStore.location=/tls/ca.crt -Dzookeeper.ssl.trustStore.type=PEM"
		timeout 60 zkCli.sh -server lone-cs.`+namespace+`.svc:2281 get /before 2>/dev/null`)
	contains(t, "what was written before, read by TLS", value+"\n", "\nplain\n")
	// the port without encryption stays, for the probes and the plans
	equal(t, "mode, asked without TLS", c.mode(t, "lone-0"), "leader")
	t.Log("lone answers by TLS who has a certificate, and has its data")
}

// ask sends a command of four letters, by TLS if there is a configuration for it.
func ask(address string, config *tls.Config) (string, error) {
	var conn net.Conn
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	conn, err := dialer.Dial("tcp", address)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return "", err
	}
	if config != nil {
		conn = tls.Client(conn, config)
	}
	if _, err := io.WriteString(conn, "srvr"); err != nil {
		return "", err
	}
	answer, err := io.ReadAll(conn)
	return string(answer), err
}

// forward makes a port of a Service one of this machine, and gives its address.
func (c cluster) forward(t *testing.T, service, port string) string {
	t.Helper()
	cmd := c.command(c.sandbox, "kubectl", "-n", namespace, "port-forward", service, ":"+port)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended by itself
		_ = cmd.Wait()         // what it says is that it was killed
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("forward port %s of %s: %v", port, service, err)
	}
	go io.Copy(io.Discard, out) //nolint:errcheck // ends with the process
	address, found := strings.CutPrefix(line, "Forwarding from ")
	address, _, arrow := strings.Cut(address, " -> ")
	if !found || !arrow {
		t.Fatalf("forward port %s of %s: %s", port, service, line)
	}
	return address
}

// authority issues certificates.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key := newKey(t)
	template := newTemplate(t, "authority")
	template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return authority{key, cert}
}

func (a authority) issue(t *testing.T, name string, hosts ...string) tls.Certificate {
	t.Helper()
	key := newKey(t)
	template := newTemplate(t, name)
	template.DNSNames = hosts
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func (a authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// files are a certificate, its key and the authority's certificate, as kubectl makes a Secret of them.
func (a authority) files(t *testing.T, cert tls.Certificate) []string {
	t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	var args []string
	dir := t.TempDir()
	for name, block := range map[string]pem.Block{
		"tls.crt": {Type: "CERTIFICATE", Bytes: cert.Certificate[0]},
		"tls.key": {Type: "PRIVATE KEY", Bytes: key},
		"ca.crt":  {Type: "CERTIFICATE", Bytes: a.cert.Raw},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&block), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, fmt.Sprintf("--from-file=%s=%s", name, path))
	}
	return args
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newTemplate(t *testing.T, name string) *x509.Certificate {
	t.Helper()
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
	}
}
