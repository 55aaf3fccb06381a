//go:build linux && !portable

package netpoll

import (
	"cmp"
	"net"
	"testing"
	"time"
)

// deadlines is a connection on which a request comes with each Read.
type deadlines struct {
	net.Conn
	last time.Time
	says string // in place of a request
}

func (d *deadlines) SetReadDeadline(t time.Time) error { d.last = t; return nil }
func (d *deadlines) Read(p []byte) (int, error) {
	return copy(p, cmp.Or(d.says, "GET / HTTP/1.1\r\n\r\n")), nil
}

func listenWith(t *testing.T, o *Options) *Listener {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l, err := Listen(inner, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// waits checks for how long a connection of the server is going to wait for a request.
func (d *deadlines) waits(t *testing.T, g *gate, what string, want time.Duration) {
	t.Helper()
	before := time.Now()
	g.SetReadDeadline(time.Time{})
	g.Read(make([]byte, fullRead))
	if d.last.Before(before.Add(want)) || d.last.After(time.Now().Add(want)) {
		t.Errorf("%s: %v, want %v", what, d.last.Sub(before), want)
	}
}

// A connection that has not come back yet waits a quarter of ParkAfter, any other all of it.
func TestPatience(t *testing.T) {
	for _, tt := range []struct {
		o    *Options
		want time.Duration
	}{{nil, 200 * time.Millisecond}, {&Options{}, 200 * time.Millisecond}, {&Options{ParkAfter: 4 * time.Second}, 4 * time.Second}} {
		l := listenWith(t, tt.o)
		var c deadlines
		var fresh, back gate
		fresh.open(l, &c, record{}, false)
		fresh.attach(false)
		c.waits(t, &fresh, "before the first request", tt.want/4)
		fresh.idle()
		c.waits(t, &fresh, "after it", tt.want/4)
		fresh.idle()
		c.waits(t, &fresh, "after the second", tt.want)

		back.open(l, &c, record{begun: true}, true)
		back.attach(false)
		back.Read(make([]byte, fullRead))
		back.idle()
		c.waits(t, &back, "after a park", tt.want)
	}
}

func TestFirstByteTimeoutIsHalfAMinute(t *testing.T) {
	var c deadlines
	var g gate
	g.open(listenWith(t, &Options{ParkAfter: -1}), &c, record{}, false)
	g.attach(false)
	g.Read(make([]byte, fullRead))
	if want := g.acceptedAt().Add(30 * time.Second); !c.last.Equal(want) {
		t.Errorf("%v, want %v", c.last, want)
	}
}

// A request that the server held in its buffer already goes on under the server's own deadline.
func TestBusyGivesTheDeadlineBack(t *testing.T) {
	var c deadlines
	var g gate
	g.open(listenWith(t, nil), &c, record{}, false)
	g.attach(true)
	g.Read(make([]byte, fullRead))
	g.idle()
	user := time.Now().Add(time.Hour)
	g.SetReadDeadline(user)
	if c.last.Equal(user) {
		t.Fatal("nothing to give back")
	}
	if g.busy(); !c.last.Equal(user) {
		t.Errorf("%v, want %v", c.last, user)
	}
}

// What reports StateIdle of a connection with HTTP/2 does not wait for a request.
func TestHTTP2IsNotIdle(t *testing.T) {
	c := deadlines{says: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"}
	var g gate
	g.open(listenWith(t, nil), &c, record{}, false)
	g.attach(false)
	g.Read(make([]byte, fullRead))
	g.idle()
	user := time.Now().Add(time.Hour)
	if g.SetReadDeadline(user); !c.last.Equal(user) {
		t.Errorf("%v, want %v", c.last, user)
	}
}
