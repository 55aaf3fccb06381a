package zerocopy

import (
	"net"
	"testing"
	"time"
)

// What saves the calls: the socket is not told of a deadline it has already, nor
// of one long ago that nobody is there to meet.
func TestSocketIsNotToldOfDeadlinesInVain(t *testing.T) {
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
	accepted, err := NewListener(ln).Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer accepted.Close()
	c := accepted.(*tcpConn)
	c.nc.SetDeadline(time.Now().Add(-time.Hour)) // by nobody who is known of
	c.SetReadDeadline(time.Time{})
	c.SetWriteDeadline(time.Time{})
	if _, err := c.nc.Write([]byte("x")); err == nil {
		t.Error("the write deadline was lifted although none was known of")
	}
	if _, err := c.nc.Read(make([]byte, 1)); err == nil {
		t.Error("the read deadline was lifted although none was known of")
	}
	c.nc.SetDeadline(time.Time{})
	c.SetReadDeadline(time.Unix(1, 0))
	client.Write([]byte("x"))
	if _, err := c.nc.Read(make([]byte, 1)); err != nil {
		t.Error("the socket was told of a deadline that nobody is there to meet:", err)
	}
	if a, b := c.timeoutTwice(); a != b {
		t.Error("an error was made for each Read")
	}
}

func (c *core) timeoutTwice() (a, b error) {
	_, a = c.Read(make([]byte, 1))
	_, b = c.Read(make([]byte, 1))
	return a, b
}
