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

	known := &tls.Config{RootCAs: ca.pool(), ServerName: "lone-cs." + namespace + ".svc", Certificates: []tls.Certificate{client}}
	answer, err := c.ask(t, "service/lone-cs", "2281", known)
	if err != nil {
		t.Fatalf("ask with a certificate: %v", err)
	}
	contains(t, "answer by TLS", answer, "Mode: leader")
	stranger := known.Clone()
	stranger.Certificates = nil
	answer, err = c.ask(t, "service/lone-cs", "2281", stranger)
	contains(t, "answer to a client without a certificate", fmt.Sprintf("%s%v", answer, err), "certificate required")
	answer, _ = c.ask(t, "service/lone-cs", "2281", nil)
	equal(t, "answer to a client without TLS", answer, "")

	// ZooKeeper's own client, with the certificate of the server since the pod has no other
	value := c.shell(t, "lone-0", `
		export CLIENT_JVMFLAGS="$CLIENT_JVMFLAGS -Dzookeeper.clientCnxnSocket=org.apache.zookeeper.ClientCnxnSocketNetty -Dzookeeper.client.secure=true
		  -Dzookeeper.ssl.keyStore.location=/data/tls.pem -Dzookeeper.ssl.trustStore.location=/tls/ca.crt -Dzookeeper.ssl.trustStore.type=PEM"
		timeout 60 zkCli.sh -server lone-cs.`+namespace+`.svc:2281 get /before 2>/dev/null`)
	contains(t, "what was written before, read by TLS", value+"\n", "\nplain\n")
	// the port without encryption stays, for the probes and the plans
	equal(t, "mode, asked without TLS", c.mode(t, "lone-0"), "leader")
	t.Log("lone answers by TLS to who has a certificate, and to nobody else; it has its data")
}

// ask sends a command of four letters, by TLS if there is a configuration for it, and gives what the server has to say to it. A
// server that hangs up ends what forwards its port, so that every question has one of its own.
func (c cluster) ask(t *testing.T, service, port string, config *tls.Config) (string, error) {
	t.Helper()
	conn, err := net.Dial("tcp", c.forward(t, service, port))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }() // the server hangs up first
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if config != nil {
		conn = tls.Client(conn, config)
	}
	// five bytes are enough to tell that it is not TLS
	if _, err := io.WriteString(conn, "srvr\n"); err != nil {
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
