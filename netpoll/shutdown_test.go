package netpoll_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// fill opens n connections that have each made one request.
func fill(t testing.TB, l *netpoll.Listener, n int) []net.Conn {
	t.Helper()
	conns := make([]net.Conn, n)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for j := i; j < n; j += 4 {
				c, err := net.Dial("tcp", l.Addr().String())
				if err != nil {
					t.Error(err)
					return
				}
				conns[j] = c
				c.SetDeadline(time.Now().Add(time.Minute))
				if _, err := tryGet(c, "/"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	t.Cleanup(func() {
		for _, c := range conns {
			if c != nil {
				c.Close()
			}
		}
	})
	if t.Failed() {
		t.FailNow()
	}
	return conns
}

// Goroutines do not grow with idle connections.
func TestIdleConnectionsHoldNoGoroutine(t *testing.T) {
	if !parks {
		return
	}
	n := 1000
	l := serve(t, &netpoll.Options{ParkAfter: soon}, hello)
	few := fill(t, l, 50)
	idling(t, l, len(few))
	before := runtime.NumGoroutine()
	fill(t, l, n)
	const silent = 200 // who says nothing costs no more
	for range silent {
		dial(t, l)
	}
	idling(t, l, len(few)+n+silent)
	eventually(t, "as many goroutines as before", func() bool { return runtime.NumGoroutine() <= before+5 })
}

// Shutdown closes what is parked, lets a request in flight finish, and loses no answer half-way.
func TestShutdown(t *testing.T) {
	release := make(chan bool)
	entered := make(chan bool)
	var srv *http.Server
	l := serve(t, &netpoll.Options{ParkAfter: soon}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/wait" {
			entered <- true
			<-release
		}
		io.WriteString(w, "hello")
	}), func(s *http.Server) { srv = s })
	conns := fill(t, l, 2000)
	busy := dial(t, l)
	answer := make(chan string, 1)
	go func() {
		body, err := tryGet(busy, "/wait")
		answer <- body + errText(err)
	}()
	<-entered
	idling(t, l, len(conns))
	ended := make(chan error, 1)
	go func() { ended <- srv.Shutdown(context.Background()) }()
	for _, c := range conns {
		if _, err := c.Read(make([]byte, 1)); err != io.EOF {
			t.Fatalf("parked connection: %v, want EOF", err)
		}
	}
	close(release)
	if got := <-answer; got != "hello" {
		t.Errorf("in flight: %q", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	eventually(t, "all closed", func() bool { return l.Stats().Open == 0 })
}

// http.Server.Close ends what is parked as well.
func TestCloseEndsParked(t *testing.T) {
	var srv *http.Server
	l := serve(t, &netpoll.Options{ParkAfter: soon}, hello, func(s *http.Server) { srv = s })
	conns := fill(t, l, 20)
	idling(t, l, 20)
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
	for _, c := range conns {
		if n, err := c.Read(make([]byte, 1)); n != 0 || err == nil {
			t.Errorf("read %d, %v", n, err)
		}
	}
	eventually(t, "all closed", func() bool { return l.Stats().Open == 0 })
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// A request that meets Shutdown is answered whole or not at all.
func TestShutdownMeetsWakes(t *testing.T) {
	for range soak(t, 20) {
		var srv *http.Server
		l := serve(t, &netpoll.Options{ParkAfter: soon}, hello, func(s *http.Server) { srv = s })
		conns := fill(t, l, 40)
		var wg sync.WaitGroup
		for _, c := range conns {
			wg.Go(func() {
				io.WriteString(c, getHello)
				got, _ := io.ReadAll(c)
				if len(got) != 0 && string(got[len(got)-5:]) != "hello" {
					t.Errorf("half an answer: %q", got)
				}
			})
		}
		if err := srv.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		wg.Wait()
		eventually(t, "all closed", func() bool { return l.Stats().Open == 0 })
		for _, c := range conns { // the full count has more rounds than the process has fds
			c.Close()
		}
	}
}

func TestClosedListener(t *testing.T) {
	l, err := netpoll.Listen(listenOn(t, "tcp"), nil)
	if err != nil {
		t.Fatal(err)
	}
	accepted := make(chan error)
	go func() {
		_, err := l.Accept()
		accepted <- err
	}()
	time.Sleep(time.Millisecond)
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	l.Close()
	for _, err := range []error{<-accepted, second(l.Accept())} {
		if !errors.Is(err, netpoll.ErrClosed) || !errors.Is(err, net.ErrClosed) {
			t.Errorf("Accept after Close: %v", err)
		}
	}
}

func second[A, B any](_ A, b B) B { return b }
