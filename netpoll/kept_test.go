package netpoll_test

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// preamble is a listener as PROXY protocol libraries make one: the first line belongs to the connection, and is there only
// once. What it read beyond stays in its buffer.
type preamble struct{ net.Listener }

type preambleConn struct {
	net.Conn
	once  sync.Once
	br    *bufio.Reader
	hello string
}

func (l preamble) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &preambleConn{Conn: nc, br: bufio.NewReader(nc)}, nil
}

func (c *preambleConn) Read(p []byte) (int, error) {
	var err error
	c.once.Do(func() { c.hello, err = c.br.ReadString('\n') })
	if err != nil {
		c.once = sync.Once{}
		return 0, err
	}
	return c.br.Read(p)
}

// A connection of somebody else's is parked with what it knows: nothing of it is built anew.
func TestForeignConnIsKept(t *testing.T) {
	var want net.Conn
	l := serveOn(t, preamble{listenOn(t, "tcp")}, &netpoll.Options{ParkAfter: soon}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		nc := connOf(r).NetConn()
		if want == nil {
			want = nc
		}
		if nc != want {
			t.Errorf("woke as another connection: %p, want %p", nc, want)
		}
		io.WriteString(w, nc.(*preambleConn).hello)
	}), withConn)
	c := dial(t, l)
	io.WriteString(c, "from 192.0.2.1\n")
	for i := range 5 {
		if got := get(t, c, "/"); got != "from 192.0.2.1\n" {
			t.Fatalf("request %d: %q", i, got)
		}
		idling(t, l, 1)
	}
	if s := l.Stats(); parks && s.Wakes < 4 || s.Open != 1 {
		t.Errorf("%+v", s)
	}
	c.Close()
	eventually(t, "closed", func() bool { return l.Stats().Open == 0 })
	if s := l.Stats(); parks && s.Reaped != 1 {
		t.Errorf("%+v", s)
	}
}

// limit is netutil.LimitListener: a conn that embeds another and gives a slot back when closed.
type limit struct {
	net.Listener
	slots chan bool
}

type limitConn struct {
	net.Conn
	once sync.Once
	slot chan bool
}

func (c *limitConn) Close() error {
	c.once.Do(func() { <-c.slot })
	return c.Conn.Close()
}

func (l limit) Accept() (net.Conn, error) {
	l.slots <- true
	nc, err := l.Listener.Accept()
	return &limitConn{Conn: nc, slot: l.slots}, err
}

// Parked connections still count for a limit below us, and give their slot back whichever way they end.
func TestLimitBelowStaysTrue(t *testing.T) {
	t.Parallel()
	inner := limit{listenOn(t, "tcp"), make(chan bool, 4)}
	l := serveOn(t, inner, &netpoll.Options{ParkAfter: soon, IdleTimeout: brief}, hello)
	var conns []net.Conn
	for range 3 {
		c := dial(t, l)
		get(t, c, "/")
		conns = append(conns, c)
	}
	if n := len(inner.slots); n < 3 {
		t.Errorf("%d slots taken by 3 idle connections", n)
	}
	conns[0].Close() // reaped; the others expire
	eventually(t, "slots returned", func() bool { return len(inner.slots) <= 1 })
	get(t, dial(t, l), "/")
	l.CloseIdle()
}

// shapes have some of the capabilities of a socket.
type (
	bare    struct{ net.Conn }
	halfed  struct{ *net.TCPConn }
	cwConn  struct{ net.Conn }
	rfConn  struct{ net.Conn }
	rawOnly struct{ net.Conn }
)

func (c cwConn) CloseWrite() error                      { return c.Conn.(*net.TCPConn).CloseWrite() }
func (c cwConn) NetConn() net.Conn                      { return c.Conn }
func (c rfConn) ReadFrom(r io.Reader) (int64, error)    { return c.Conn.(*net.TCPConn).ReadFrom(r) }
func (c rawOnly) SyscallConn() (syscall.RawConn, error) { return c.Conn.(*net.TCPConn).SyscallConn() }

type shaped struct {
	net.Listener
	f func(net.Conn) net.Conn
}

func (s shaped) Accept() (net.Conn, error) {
	nc, err := s.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return s.f(nc), nil
}

func TestKeptConnHidesAndInventsNothing(t *testing.T) {
	for name, f := range map[string]func(net.Conn) net.Conn{
		"bare":       func(c net.Conn) net.Conn { return bare{c} },
		"all":        func(c net.Conn) net.Conn { return halfed{c.(*net.TCPConn)} },
		"closewrite": func(c net.Conn) net.Conn { return cwConn{c} },
		"readfrom":   func(c net.Conn) net.Conn { return rfConn{c} },
		"raw":        func(c net.Conn) net.Conn { return rawOnly{c} },
	} {
		l := serveOn(t, shaped{listenOn(t, "tcp"), f}, &netpoll.Options{ParkAfter: soon}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c := connOf(r)
			below := c.NetConn()
			for what, same := range map[string]bool{
				"ReadFrom":        is[io.ReaderFrom](c) == is[io.ReaderFrom](below),
				"CloseWrite":      is[interface{ CloseWrite() error }](c) == is[interface{ CloseWrite() error }](below),
				"SyscallConn":     is[syscall.Conn](c) == is[syscall.Conn](below),
				"ConnectionState": !is[interface{ ConnectionState() tls.ConnectionState }](c),
			} {
				if !same {
					t.Errorf("%s: %s differs", name, what)
				}
			}
			io.WriteString(w, "hello")
		}), withConn)
		c := dial(t, l)
		for range 3 {
			if got := get(t, c, "/"); got != "hello" {
				t.Fatalf("%s: %q", name, got)
			}
			idling(t, l, 1)
		}
	}
}

// A conn that shows no socket, or speaks TLS by itself, is returned as it came.
func TestForeignConnIsUntouched(t *testing.T) {
	type hidden struct {
		net.Conn
		_ int
	}
	for name, f := range map[string]func(net.Conn) net.Conn{
		"no socket": func(c net.Conn) net.Conn { a, b := net.Pipe(); b.Close(); c.Close(); return a },
		"TLS":       func(c net.Conn) net.Conn { return tls.Server(c, serverTLS) },
	} {
		l, err := netpoll.Listen(shaped{listenOn(t, "tcp"), f}, &netpoll.Options{ParkAfter: soon})
		if err != nil {
			t.Fatal(err)
		}
		c := dial(t, l)
		nc, err := l.Accept()
		if err != nil || is[netpoll.Conn](nc) {
			t.Errorf("%s: Accept returned a %T, %v", name, nc, err)
		}
		if s := l.Stats(); s.Open != 0 {
			t.Errorf("%s: %+v", name, s)
		}
		nc.Close()
		c.Close()
		l.Close()
	}
	_ = hidden{}
}

// Whoever still holds the conn of an earlier life cannot touch the present one.
func TestSpentConnIsDead(t *testing.T) {
	seen := make(chan net.Conn, 16)
	l := serveOn(t, shaped{listenOn(t, "tcp"), func(c net.Conn) net.Conn { return halfed{c.(*net.TCPConn)} }},
		&netpoll.Options{ParkAfter: soon}, hello, func(s *http.Server) {
			s.ConnState = func(c net.Conn, st http.ConnState) {
				if st == http.StateNew {
					seen <- c
				}
			}
		})
	c := dial(t, l)
	get(t, c, "/")
	idling(t, l, 1)
	if !parks {
		return
	}
	old := <-seen
	for len(seen) > 0 { // it may have been parked before its first byte
		old = <-seen
	}
	_, readErr := old.Read(make([]byte, 10))
	_, writeErr := old.Write([]byte("stray"))
	_, fromErr := old.(io.ReaderFrom).ReadFrom(&io.LimitedReader{})
	_, rawErr := old.(syscall.Conn).SyscallConn()
	for what, err := range map[string]error{
		"Read": readErr, "Write": writeErr, "ReadFrom": fromErr, "SyscallConn": rawErr, "Close": old.Close(),
		"CloseWrite": old.(interface{ CloseWrite() error }).CloseWrite(), "SetDeadline": old.SetDeadline(time.Unix(1, 0)),
		"SetReadDeadline": old.SetReadDeadline(time.Unix(1, 0)), "SetWriteDeadline": old.SetWriteDeadline(time.Unix(1, 0)),
	} {
		if err != net.ErrClosed {
			t.Errorf("%s: %v", what, err)
		}
	}
	if got := get(t, c, "/"); got != "hello" {
		t.Errorf("then: %q", got)
	}
}
