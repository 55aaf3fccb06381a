package compat

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"runtime"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// parks is false where every connection waits in its goroutine. The build tag portable cannot be seen from another module,
// so it is read from what a Listener does.
var parks = func() bool {
	if runtime.GOOS != "linux" {
		return false
	}
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return false
	}
	l, err := netpoll.Listen(inner, &netpoll.Options{ParkAfter: time.Nanosecond})
	if err != nil {
		return false
	}
	srv := &http.Server{}
	done := make(chan struct{})
	go func() { defer close(done); srv.Serve(l) }()
	defer func() { srv.Close(); <-done }()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		return false
	}
	defer c.Close()
	for range 200 {
		if l.Stats().Parked == 1 {
			return true
		}
		time.Sleep(time.Millisecond)
	}
	return false
}()

const soon = time.Nanosecond

func listen(t testing.TB, o *netpoll.Options) *netpoll.Listener {
	t.Helper()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l, err := netpoll.Listen(inner, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func dial(t testing.TB, l net.Listener) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(time.Minute))
	return c
}

func ask(t testing.TB, c net.Conn, request string) string {
	t.Helper()
	io.WriteString(c, request)
	return answer(t, bufio.NewReader(c))
}

func answer(t testing.TB, br *bufio.Reader) string {
	t.Helper()
	resp, err := http.ReadResponse(br, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}

func idling(t testing.TB, l *netpoll.Listener, n int) {
	t.Helper()
	if parks {
		eventually(t, "parked", func() bool { return l.Stats().Parked == n })
	}
}
