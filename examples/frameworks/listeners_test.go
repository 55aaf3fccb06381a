package main

import (
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
	"github.com/hotpath-go/hotpath/netpoll"
	"github.com/hotpath-go/hotpath/zerocopy"
)

// What INSTALL.md says of the listeners under each framework: the page leaves in one call, its
// header with it, through the framework's writer and through ours; then the connection parks below
// them all, and serves the next request when it is woken.
func TestListenersWorkTogether(t *testing.T) {
	for name, handler := range handlers {
		t.Run(name, func(t *testing.T) {
			idle, ln := serveHere(t, handler())
			getPage(t, ln)
			until(t, "the page leaves in one gathering write that held its header", func() bool {
				s := ln.Stats()
				return s.Gathers == 1 && s.Held == 1 && s.Writes == 0
			})
			if parks {
				until(t, "the connection parks", func() bool { return idle.Stats().Parked == 1 })
			}
			before := idle.Stats().Wakes // one more where the client was so slow that it had parked before its first request
			getPage(t, ln)
			until(t, "the same connection serves the next request", func() bool {
				s := idle.Stats()
				return s.Open == 1 && (s.Wakes == before+1) == parks
			})
			http.DefaultClient.CloseIdleConnections()
		})
	}
}

func serveHere(t *testing.T, h http.Handler) (*netpoll.Listener, *zerocopy.Listener) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	idle, err := netpoll.Listen(inner, &netpoll.Options{ParkAfter: 10 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	h, flush := around(h)
	srv := &http.Server{Handler: h}
	idle.Install(srv)
	new(keepalive.Policy).Configure(srv)
	ln := zerocopy.NewListener(idle)
	done := make(chan struct{})
	go func() { srv.Serve(ln); close(done) }()
	t.Cleanup(func() { srv.Close(); <-done; flush() })
	return idle, ln
}

func getPage(t *testing.T, ln net.Listener) {
	t.Helper()
	resp, err := http.Get("http://" + ln.Addr().String() + "/page")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if string(body) != wantPage() {
		t.Errorf("%d bytes, want %d", len(body), len(wantPage()))
	}
}

// until waits for what follows an answer that the client may be too fast for.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for range 5000 {
		if holds() {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("waited in vain: %s", what)
}
