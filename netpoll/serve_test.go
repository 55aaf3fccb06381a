package netpoll_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// soon is a ParkAfter at which every pause parks.
const soon = time.Nanosecond

// serve runs an http.Server over a parking listener on loopback until the test ends.
func serve(t testing.TB, o *netpoll.Options, h http.Handler, edit ...func(*http.Server)) *netpoll.Listener {
	t.Helper()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return serveOn(t, inner, o, h, edit...)
}

func serveOn(t testing.TB, inner net.Listener, o *netpoll.Options, h http.Handler, edit ...func(*http.Server)) *netpoll.Listener {
	t.Helper()
	l, err := netpoll.Listen(inner, o)
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: h}
	for _, f := range edit {
		f(srv)
	}
	l.Install(srv)
	run(t, srv, l)
	return l
}

func run(t testing.TB, srv *http.Server, l net.Listener) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		srv.Serve(l)
	}()
	t.Cleanup(func() {
		srv.Close()
		l.Close()
		<-done
	})
}

// hello answers with a short fixed body.
var hello = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	io.WriteString(w, "hello")
})

// idling waits until n connections are parked, where this build parks.
func idling(t testing.TB, l *netpoll.Listener, n int) {
	t.Helper()
	if parks {
		eventually(t, "all connections parked", func() bool { return l.Stats().Parked == n })
	}
}

func dial(t testing.TB, l net.Listener) net.Conn {
	t.Helper()
	c, err := net.Dial(l.Addr().Network(), l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(time.Minute))
	return c
}

// get makes one keep-alive request over c.
func get(t testing.TB, c net.Conn, path string) string {
	t.Helper()
	body, err := tryGet(c, path)
	if err != nil {
		t.Fatalf("GET %s: %v", path, err)
	}
	return body
}

func tryGet(c net.Conn, path string) (string, error) {
	if _, err := io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		return "", err
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

// eventually waits for a condition that other goroutines or the kernel bring about.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}
