package node

import (
	"io"
	"net"
	"testing"
)

// TestForwardPassesTheEndOfEachDirection: a client may have said all and still
// wait for the answer.
func TestForwardPassesTheEndOfEachDirection(t *testing.T) {
	server, outside := listen(t), listen(t)
	go forward(outside, server.Addr().String())
	go func() {
		conn, err := server.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		said, _ := io.ReadAll(conn)
		_, _ = io.WriteString(conn, "heard "+string(said))
	}()
	conn, err := net.Dial("tcp", outside.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, "hello"); err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(conn); err != nil || string(got) != "heard hello" {
		t.Errorf("answer %q, error %v", got, err)
	}
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}
