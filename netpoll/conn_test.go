package netpoll_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// What belongs to the connection is the same after any number of parks.
func TestFactsOutliveParks(t *testing.T) {
	var first netpoll.Conn
	n := 0
	l := serve(t, &netpoll.Options{ParkAfter: soon}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := connOf(r)
		if n++; n == 1 {
			first = c
		}
		if r.URL.Path == "/other" {
			if c.ID() == first.ID() || c.Served() != 1 {
				t.Errorf("another connection has id %d, served %d", c.ID(), c.Served())
			}
			return
		}
		if c.ID() != first.ID() || !c.Accepted().Equal(first.Accepted()) || c.Served() != n {
			t.Errorf("request %d: id %d, accepted %v, served %d; first %d, %v", n, c.ID(), c.Accepted(), c.Served(), first.ID(), first.Accepted())
		}
		if parks && n > 1 && c == first {
			t.Error("was not parked")
		}
		if _, ok := c.LocalAddr().(*net.TCPAddr); !ok || c.LocalAddr().String() != first.LocalAddr().String() {
			t.Errorf("LocalAddr is %v (%T)", c.LocalAddr(), c.LocalAddr())
		}
	}), withConn)
	start := time.Now()
	c := dial(t, l)
	for range 5 {
		get(t, c, "/")
		idling(t, l, 1)
	}
	get(t, dial(t, l), "/other")
	if a := first.Accepted(); a.Before(start) || a.After(time.Now()) {
		t.Errorf("accepted %v, test began %v", a, start)
	}
}

// Every request counts, pipelined ones too.
func TestServedCountsPipelined(t *testing.T) {
	var got []int
	l := serve(t, &netpoll.Options{ParkAfter: soon}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, connOf(r).Served())
	}), withConn)
	c := dial(t, l)
	io.WriteString(c, strings.Repeat(getHello, 3)+"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	io.ReadAll(c)
	if len(got) != 4 || got[0] != 1 || got[3] != 4 {
		t.Errorf("served %v", got)
	}
}

// The capabilities of *net.TCPConn are all there, and a woken connection has them too.
func TestCapabilities(t *testing.T) {
	file := filepath.Join(t.TempDir(), "f")
	content := bytes.Repeat([]byte("0123456789abcdef"), 10000)
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	l := serve(t, &netpoll.Options{ParkAfter: soon}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := connOf(r)
		for name, ok := range map[string]bool{
			"ReaderFrom": is[io.ReaderFrom](c),
			"WriterTo":   is[io.WriterTo](c),
			"Syscall":    is[syscall.Conn](c),
			"CloseWrite": is[interface{ CloseWrite() error }](c),
			"CloseRead":  is[interface{ CloseRead() error }](c),
			"SetLinger":  is[interface{ SetLinger(int) error }](c),
			"SetNoDelay": is[interface{ SetNoDelay(bool) error }](c),
		} {
			if !ok {
				t.Errorf("%s is hidden", name)
			}
		}
		if is[interface{ ConnectionState() }](c) {
			t.Error("ConnectionState is invented")
		}
		http.ServeFile(w, r, file)
	}), withConn)
	c := dial(t, l)
	for range 3 {
		if got := get(t, c, "/"); got != string(content) {
			t.Fatalf("%d bytes", len(got))
		}
		idling(t, l, 1)
	}
}

func is[T any](v any) bool {
	_, ok := v.(T)
	return ok
}

// accepted returns both ends of a connection outside any server.
func accepted(t testing.TB) (server, client net.Conn) {
	t.Helper()
	l, err := netpoll.Listen(listenOn(t, "tcp"), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	client = dial(t, l)
	server, err = l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return server, client
}

func TestPlainUse(t *testing.T) {
	s, c := accepted(t)
	bufs := net.Buffers{[]byte("he"), []byte("llo")}
	if _, err := bufs.WriteTo(s); err != nil {
		t.Fatal(err)
	}
	s.(interface{ CloseWrite() error }).CloseWrite()
	if got, err := io.ReadAll(c); string(got) != "hello" || err != nil {
		t.Errorf("%q %v", got, err)
	}
	s.SetDeadline(time.Now().Add(-time.Second))
	if _, err := s.Read(make([]byte, 4096)); !errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, netpoll.ErrParked) {
		t.Errorf("got %v, want the deadline", err)
	}
	s.SetDeadline(time.Time{})
	io.WriteString(c, "back")
	c.Close()
	var sink bytes.Buffer
	if n, err := s.(io.WriterTo).WriteTo(&sink); n != 4 || err != nil {
		t.Errorf("WriteTo: %d %v", n, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := s.Close(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("second Close: %v", err)
	}
}

func TestErrParked(t *testing.T) {
	ne, ok := netpoll.ErrParked.(net.Error)
	if !ok || !ne.Timeout() || !is[interface{ Temporary() bool }](ne) || !errors.Is(ne, os.ErrDeadlineExceeded) {
		t.Errorf("%v is not what servers take for a timeout", netpoll.ErrParked)
	}
}

// Another server's buffer that offers less room than at first holds bytes of a next request.
func TestOtherServerHoldsBytes(t *testing.T) {
	t.Parallel()
	type state int
	for room, want := range map[int]bool{512: true, 500: false, 513: false} {
		l, err := netpoll.Listen(listenOn(t, "tcp"), &netpoll.Options{ParkAfter: 50 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		hook := netpoll.StateHook[state](l)
		c := dial(t, l)
		io.WriteString(c, "hello")
		s, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		hook(s, state(http.StateNew))
		s.Read(make([]byte, 512))
		hook(s, state(http.StateActive))
		hook(s, state(http.StateIdle))
		s.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
		if _, err := s.Read(make([]byte, room)); (err == netpoll.ErrParked) != (want && parks) {
			t.Errorf("with room for %d: %v", room, err)
		}
		s.Close()
		l.Close()
	}
}
