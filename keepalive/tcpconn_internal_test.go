package keepalive

import (
	"io"
	"net"
	"testing"
)

// counting is a body that looks at the account while it is sent.
type counting struct {
	tr   *track
	rest string
	low  bool // something was counted too late
}

func (c *counting) Read(p []byte) (int, error) {
	if c.low = c.low || c.tr.sent.Load() == 0; c.rest == "" {
		return 0, io.EOF
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

// While io.Copy sends, no moment has nothing counted; afterwards all is, and
// no more.
func TestCopiedBytesAreCounted(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	nc, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = nc.Close() }()
	body := &counting{tr: new(track), rest: "abc"}
	if n, err := newTCPConn(nc.(*net.TCPConn), body.tr).ReadFrom(body); n != 3 || err != nil || body.low || body.tr.sent.Load() != 3 {
		t.Errorf("%d bytes, %v; %d counted, too late: %v", n, err, body.tr.sent.Load(), body.low)
	}
}
