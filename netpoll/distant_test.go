package netpoll_test

import (
	"io"
	"math"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

const eternity = time.Duration(math.MaxInt64)

// The longest Duration, with which people say never, is not one that has passed: nobody parks at once, or is closed.
func TestDistantTimeouts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		opt    netpoll.Options
		edit   func(*http.Server)
		parked bool
	}{
		{name: "server IdleTimeout", opt: netpoll.Options{ParkAfter: soon}, edit: func(s *http.Server) { s.IdleTimeout = eternity }, parked: true},
		{name: "a hundred years", opt: netpoll.Options{ParkAfter: soon, IdleTimeout: 100 * 365 * 24 * time.Hour}, parked: true},
		{name: "IdleTimeout", opt: netpoll.Options{ParkAfter: soon, IdleTimeout: eternity}, parked: true},
		{name: "FirstByteTimeout", opt: netpoll.Options{ParkAfter: soon, FirstByteTimeout: eternity}, parked: true},
		{name: "ParkAfter", opt: netpoll.Options{ParkAfter: eternity}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := serve(t, &tt.opt, hello, func(s *http.Server) {
				if tt.edit != nil {
					tt.edit(s)
				}
			})
			silent, c := dial(t, l), dial(t, l)
			for range 3 {
				get(t, c, "/")
			}
			if tt.parked {
				idling(t, l, 2)
			}
			time.Sleep(300 * time.Millisecond) // for what must not come
			if s := l.Stats(); s.Expired != 0 || s.Open != 2 || !tt.parked && s.Parks != 0 {
				t.Errorf("%+v", s)
			}
			get(t, c, "/")
			get(t, silent, "/")
		})
	}
}

// The wait between two requests ends with their first four bytes, as net/http has it, and not with the wake.
func TestIdleTimeoutHoldsForTheFirstBytes(t *testing.T) {
	t.Parallel()
	for _, network := range []string{"tcp", "unix"} {
		l := serveOn(t, listenOn(t, network), &netpoll.Options{ParkAfter: soon}, hello, func(s *http.Server) { s.IdleTimeout = brief })
		for _, bytes := range []string{"G", "GET"} {
			since := time.Now()
			c := dial(t, l)
			get(t, c, "/")
			idling(t, l, 1)
			io.WriteString(c, bytes)
			endsAfter(t, c, since, brief-50*time.Millisecond)
			eventually(t, "closed", func() bool { return l.Stats().Open == 0 })
		}
	}
}

// A server of HTTP/2 without TLS looks at fourteen bytes of each connection first. One that says nothing is parked all the same.
func TestUnencryptedHTTP2(t *testing.T) {
	t.Parallel()
	for name, serve := range map[string]func(*http.Server, *netpoll.Listener){
		"hooked":   func(s *http.Server, l *netpoll.Listener) { l.Install(s) },
		"unhooked": func(*http.Server, *netpoll.Listener) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := netpoll.Listen(listenOn(t, "tcp"), &netpoll.Options{ParkAfter: soon, FirstByteTimeout: 2 * brief})
			if err != nil {
				t.Fatal(err)
			}
			srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Proto) }), Protocols: new(http.Protocols)}
			srv.Protocols.SetHTTP1(true)
			srv.Protocols.SetUnencryptedHTTP2(true)
			serve(srv, l)
			run(t, srv, l)
			since := time.Now()
			silent := dial(t, l)
			idling(t, l, 1)
			endsAfter(t, silent, since, 2*brief-50*time.Millisecond)

			c := dial(t, l)
			for range 3 {
				idling(t, l, 1)
				if got := get(t, c, "/"); got != "HTTP/1.1" {
					t.Error(got)
				}
			}
			idling(t, l, 1)
		})
	}
}

// A hook that is there twice counts a request once.
func TestHookedTwice(t *testing.T) {
	served := make(chan int, 1)
	var again atomic.Pointer[netpoll.Listener]
	l := serve(t, &netpoll.Options{ParkAfter: soon}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		served <- connOf(r).Served()
	}), withConn, func(s *http.Server) {
		s.ConnState = func(c net.Conn, st http.ConnState) { again.Load().ConnState(c, st) }
	})
	again.Store(l)
	c := dial(t, l)
	for n := 1; n < 4; n++ {
		get(t, c, "/")
		if got := <-served; got != n {
			t.Errorf("request %d is the %dth", n, got)
		}
		idling(t, l, 1)
	}
}
