//go:build linux && !portable

package netpoll

import (
	"net"
	"testing"
)

// The Server's acceptor lets the fd table grow ahead of need as the Listener does.
func TestServerHeadroom(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	opened := make(chan struct{})
	v := &Server{
		OnOpen: func(*Stream) { close(opened) },
		OnData: func(_ *Stream, p []byte) (int, error) { return len(p), nil },
	}
	done := make(chan error)
	go func() { done <- v.Serve(ln) }()
	c, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	<-opened
	if size := v.engine.room.size.Load(); size < firstTable {
		t.Errorf("the table was grown to %d", size)
	}
	c.Close()
	v.Close()
	<-done
}
