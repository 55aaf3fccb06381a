package netpoll_test

import (
	"io"
	"net"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/hotpath-go/hotpath/netpoll"
)

// countAccepts counts what comes out of a listener.
type countAccepts struct {
	net.Listener
	n atomic.Int64
}

func (c *countAccepts) Accept() (net.Conn, error) {
	nc, err := c.Listener.Accept()
	if err == nil {
		c.n.Add(1)
	}
	return nc, err
}

// A peer that leaves while parked costs no Accept: nothing is woken for it.
func TestGoneWhileParked(t *testing.T) {
	for name, leave := range map[string]func(*net.TCPConn){
		"close":      func(c *net.TCPConn) { c.Close() },
		"half-close": func(c *net.TCPConn) { c.CloseWrite() },
		"reset":      func(c *net.TCPConn) { c.SetLinger(0); c.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			inner, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			l, err := netpoll.Listen(inner, &netpoll.Options{ParkAfter: soon})
			if err != nil {
				t.Fatal(err)
			}
			counted := &countAccepts{Listener: l}
			srv := &http.Server{Handler: hello}
			l.Install(srv)
			run(t, srv, counted)
			c := dial(t, l).(*net.TCPConn)
			get(t, c, "/")
			idling(t, l, 1)
			accepts := counted.n.Load()
			leave(c)
			eventually(t, "connection closed", func() bool { return l.Stats().Open == 0 })
			if n := counted.n.Load(); n != accepts {
				t.Errorf("%d accepts for a peer that had gone", n-accepts)
			}
			if s := l.Stats(); parks && (s.Reaped != 1 || s.Parked != 0) {
				t.Errorf("%+v", s)
			}
			if name == "half-close" {
				if n, err := c.Read(make([]byte, 1)); err != io.EOF {
					t.Errorf("after half-close: %d, %v; want EOF", n, err)
				}
			}
		})
	}
}

// A last request and the FIN may arrive as one event, and the request has to be served.
func TestLastRequestThenGone(t *testing.T) {
	var served atomic.Int64
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { served.Add(1) })
	for _, network := range []string{"tcp", "unix"} {
		t.Run(network, func(t *testing.T) {
			served.Store(0)
			l := serveOn(t, listenOn(t, network), &netpoll.Options{ParkAfter: soon}, h)
			for i := range int64(50) {
				c := dial(t, l)
				get(t, c, "/")
				idling(t, l, 1)
				io.WriteString(c, getHello)
				c.(interface{ CloseWrite() error }).CloseWrite()
				if b, err := io.ReadAll(c); err != nil || len(b) == 0 {
					t.Fatalf("last request unanswered: %q %v", b, err)
				}
				c.Close()
				if n := served.Load(); n != 2*(i+1) {
					t.Fatalf("%d served, want %d", n, 2*(i+1))
				}
				eventually(t, "closed", func() bool { return l.Stats().Open == 0 })
			}
		})
	}
}

func listenOn(t testing.TB, network string) net.Listener {
	t.Helper()
	addr := "127.0.0.1:0"
	if network == "unix" {
		addr = filepath.Join(t.TempDir(), "s")
	}
	l, err := net.Listen(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestCloseIdle(t *testing.T) {
	l := serve(t, &netpoll.Options{ParkAfter: soon}, hello)
	var conns []net.Conn
	for range 20 {
		c := dial(t, l)
		get(t, c, "/")
		conns = append(conns, c)
	}
	idling(t, l, 20)
	l.CloseIdle()
	if !parks {
		return
	}
	if s := l.Stats(); s.Parked != 0 || s.Open != 0 {
		t.Errorf("%+v", s)
	}
	for _, c := range conns {
		if _, err := c.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("got %v, want EOF", err)
		}
	}
	get(t, dial(t, l), "/") // the listener goes on
}
