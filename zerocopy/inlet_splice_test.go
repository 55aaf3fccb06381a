//go:build linux && !portable

package zerocopy

import (
	"errors"
	"net"
	"testing"
)

// A reader that put bytes of the pipe and of memory together has lost their order:
// nothing of them may be sent, and nothing after them.
func TestForwardOfMixedBytesBreaksTheConn(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	client, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	nc, err := NewListener(ln).Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	client.Write([]byte("spliced"))
	c := nc.(*tcpConn).core
	in := takeInlet(c.counts)
	defer in.put()
	n, err := in.pipe.fill(c.raw, inletSize)
	if err != nil || n == 0 {
		t.Fatal(n, err)
	}
	for _, told := range []int{0, n - 1, n + 1} {
		c.broken.Store(nil)
		if sent, err := c.forward(in, told); sent != 0 || !errors.Is(err, errMisplaced) || !errors.Is(c.fault(), errMisplaced) {
			t.Errorf("%d in the pipe, told %d: sent %d, %v; want 0, errMisplaced", n, told, sent, err)
		}
	}
}
