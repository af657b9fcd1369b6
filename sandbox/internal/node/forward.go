package node

import (
	"io"
	"net"
)

// forward accepts connections on a listener that was made outside and connects
// them to an address inside. A port of the machine's loopback interface thereby
// leads to the same port of the node's.
func forward(l net.Listener, address string) {
	for {
		outside, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer func() { _ = outside.Close() }()
			inside, err := net.Dial("tcp", address)
			if err != nil {
				return
			}
			defer func() { _ = inside.Close() }()
			join(outside, inside)
		}()
	}
}

// join copies both ways and passes on the end of each direction on its own:
// one side may have said all and still listen.
func join(a, b net.Conn) {
	ended := make(chan struct{})
	carry := func(to, from net.Conn) {
		_, _ = io.Copy(to, from) // a connection that breaks has ended
		if half, ok := to.(interface{ CloseWrite() error }); ok {
			_ = half.CloseWrite()
		}
		ended <- struct{}{}
	}
	go carry(a, b)
	go carry(b, a)
	<-ended
	<-ended
}
