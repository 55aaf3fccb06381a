package netpoll_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// serveUnhooked runs a server that has never heard of the Listener.
func serveUnhooked(t testing.TB, h http.Handler) *netpoll.Listener {
	t.Helper()
	l, err := netpoll.Listen(listenOn(t, "tcp"), &netpoll.Options{ParkAfter: soon})
	if err != nil {
		t.Fatal(err)
	}
	run(t, &http.Server{Handler: h, ErrorLog: quiet}, l)
	return l
}

// TestUnhooked fails when net/http changes the calls it makes at the end of a request. Parking without a hook is then
// off, not wrong: gate.go.
func TestUnhooked(t *testing.T) {
	l := serveUnhooked(t, hello)
	silent := dial(t, l)
	idling(t, l, 1)
	c := dial(t, l)
	for i := range 5 {
		get(t, c, "/")
		idling(t, l, 2)
		if s := l.Stats(); parks && s.Wakes < uint64(i) {
			t.Errorf("%+v", s)
		}
	}
	io.WriteString(c, postPlain)
	expectBody(t, bufio.NewReader(c))
	idling(t, l, 2)
	silent.Close()
	c.Close()
	eventually(t, "closed", func() bool { return l.Stats().Open == 0 })
}

func expectBody(t testing.TB, br *bufio.Reader) {
	t.Helper()
	resp, err := http.ReadResponse(br, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(resp.Body); err != nil {
		t.Fatal(err)
	}
}

// neverParks fails if a park happens while f runs.
func neverParks(t *testing.T, l *netpoll.Listener, f func()) {
	t.Helper()
	before := l.Stats().Parks
	f()
	if now := l.Stats().Parks; now != before {
		t.Errorf("%d parks of what was not idle", now-before)
	}
}

// A handler that makes every call of an idle server but for the aborted background read.
func TestUnhookedHandlerThatLooksIdle(t *testing.T) {
	entered := make(chan bool, 1)
	l := serveUnhooked(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		entered <- true
		readLikeIdle(w, r)
	}))
	c := dial(t, l)
	br := bufio.NewReader(c)
	const piece = 8192
	io.WriteString(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 24576\r\n\r\n")
	<-entered
	for range 3 {
		neverParks(t, l, func() { time.Sleep(10 * time.Millisecond) })
		io.WriteString(c, strings.Repeat("x", piece))
	}
	resp, err := http.ReadResponse(br, nil)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(resp.Body); err != nil || len(body) != 3*piece {
		t.Fatalf("%d bytes, %v", len(body), err)
	}
}

// A hijacker may go on to make the very same calls, the aborted one-byte Read included: Hijack has told it apart.
func TestUnhookedHijackerThatLooksIdle(t *testing.T) {
	entered := make(chan bool, 1)
	l := serveUnhooked(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		c.SetReadDeadline(time.Now().Add(time.Millisecond))
		c.Read(make([]byte, 1))
		c.SetReadDeadline(time.Time{})
		c.SetWriteDeadline(time.Time{})
		c.SetReadDeadline(time.Now().Add(20 * time.Second))
		entered <- true
		buf := make([]byte, 4096)
		n, err := c.Read(buf)
		if err != nil {
			t.Error(err)
		}
		c.Write(buf[:n])
	}))
	c := dial(t, l)
	idling(t, l, 1) // before its first byte
	// The body nobody reads keeps net/http from a background read, and so Hijack from aborting one.
	io.WriteString(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n12345")
	<-entered
	neverParks(t, l, func() { time.Sleep(10 * time.Millisecond) })
	io.WriteString(c, "ping")
	if got, err := io.ReadAll(c); string(got) != "ping" {
		t.Errorf("%q %v", got, err)
	}
}

// The same sequence with anything else in between, or made by anybody but net/http, is not idle.
func TestUnhookedSequenceIsExact(t *testing.T) {
	for name, between := range map[string]func(step int, c net.Conn){
		"not net/http":     func(int, net.Conn) {},
		"a Write":          func(n int, c net.Conn) { c.Write([]byte("x")) },
		"a write deadline": func(n int, c net.Conn) { c.SetWriteDeadline(time.Now().Add(time.Hour)) },
		"both deadlines":   func(n int, c net.Conn) { c.SetDeadline(time.Time{}) },
		"a read deadline":  func(n int, c net.Conn) { c.SetReadDeadline(time.Now().Add(time.Hour)) },
	} {
		s, c := accepted(t)
		io.WriteString(c, getHello)
		s.Read(make([]byte, 4096))
		s.SetReadDeadline(time.Unix(1, 0))
		s.Read(make([]byte, 1))
		between(0, s)
		s.SetReadDeadline(time.Time{})
		between(1, s)
		s.SetWriteDeadline(time.Time{})
		between(2, s)
		s.SetReadDeadline(time.Now().Add(3 * time.Millisecond))
		if _, err := s.Read(make([]byte, 4096)); err == netpoll.ErrParked {
			t.Errorf("%s: parked", name)
		}
	}
}

// A listener between us and net/http may hold what a connection began with: without a hook to tell, nothing is parked.
func TestUnhookedBelowWrapper(t *testing.T) {
	l, err := netpoll.Listen(listenOn(t, "tcp"), &netpoll.Options{ParkAfter: soon})
	if err != nil {
		t.Fatal(err)
	}
	run(t, &http.Server{Handler: hello}, opaqueListener{l})
	c := dial(t, l)
	neverParks(t, l, func() {
		for range 3 {
			get(t, c, "/")
			time.Sleep(3 * time.Millisecond)
		}
	})
}

// The differential corpus once more, without the hook.
func TestUnhookedSameAsPlain(t *testing.T) {
	t.Parallel()
	plain := plainServer(t, small)
	var parked atomic.Uint64
	var wg sync.WaitGroup
	for i, s := range corpus {
		if i%2 == 1 {
			continue
		}
		l, err := netpoll.Listen(listenOn(t, "tcp"), &netpoll.Options{ParkAfter: soon})
		if err != nil {
			t.Fatal(err)
		}
		srv := &http.Server{Handler: corpusHandler}
		small(srv)
		run(t, srv, l)
		wg.Go(func() {
			if want, got := both(t, plain, l, s); got != want {
				t.Errorf("%s: through the listener:\n%q\nplain:\n%q", s.name, got, want)
			}
			parked.Add(l.Stats().Parks)
		})
	}
	wg.Wait()
	if n := parked.Load(); parks && n < uint64(len(corpus)/2) {
		t.Errorf("%d parks in %d scripts", n, len(corpus))
	}
}
