//go:build linux && !portable

package netpoll

import (
	"net"
	"testing"
	"time"
)

// deadlines is a connection on which a request comes with each Read.
type deadlines struct {
	net.Conn
	last time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error { d.last = t; return nil }
func (d *deadlines) Read(p []byte) (int, error)        { return copy(p, "GET / HTTP/1.1\r\n\r\n"), nil }

// A connection that has not come back yet waits a quarter of ParkAfter, any other all of it.
func TestPatience(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l, err := Listen(inner, &Options{ParkAfter: 4 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var c deadlines
	wait := func(g *gate, what string, want time.Duration) {
		t.Helper()
		before := time.Now()
		g.SetReadDeadline(time.Time{})
		g.Read(make([]byte, fullRead))
		if c.last.Before(before.Add(want)) || c.last.After(time.Now().Add(want)) {
			t.Errorf("%s: %v, want %v", what, c.last.Sub(before), want)
		}
	}
	var fresh gate
	fresh.open(l, &c, record{}, false)
	fresh.attach(false)
	wait(&fresh, "before the first request", time.Second)
	fresh.idle()
	wait(&fresh, "after it", time.Second)
	fresh.idle()
	wait(&fresh, "after the second", 4*time.Second)

	var back gate
	back.open(l, &c, record{begun: true}, true)
	back.attach(false)
	back.Read(make([]byte, fullRead))
	back.idle()
	wait(&back, "after a park", 4*time.Second)
}
