package netpoll_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// above is a listener around ours whose connections can be unwrapped.
type above struct{ net.Listener }

type aboveConn struct{ net.Conn }

func (c aboveConn) NetConn() net.Conn { return c.Conn }

func (l above) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return aboveConn{nc}, nil
}

func TestParksBelowWrapper(t *testing.T) {
	for _, tt := range []struct {
		name  string
		wrap  func(net.Listener) net.Listener
		parks bool
	}{
		{"unwrappable", func(l net.Listener) net.Listener { return above{l} }, true},
		{"opaque", func(l net.Listener) net.Listener { return opaqueListener{l} }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, err := netpoll.Listen(listenOn(t, "tcp"), &netpoll.Options{ParkAfter: soon})
			if err != nil {
				t.Fatal(err)
			}
			srv := &http.Server{Handler: hello}
			l.Install(srv)
			run(t, srv, tt.wrap(l))
			c := dial(t, l)
			for range 3 {
				get(t, c, "/")
				if tt.parks {
					idling(t, l, 1)
				} else {
					time.Sleep(2 * time.Millisecond)
				}
			}
			if s := l.Stats(); !tt.parks && s.Parks != 0 {
				t.Errorf("parked below a wrapper that may hold bytes: %+v", s)
			}
		})
	}
}

// TLS above us works, in both HTTP versions, and is left alone.
func TestBelowTLS(t *testing.T) {
	for _, h2 := range []bool{false, true} {
		l, err := netpoll.Listen(listenOn(t, "tcp"), &netpoll.Options{ParkAfter: soon})
		if err != nil {
			t.Fatal(err)
		}
		ts := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.TLS == nil || !r.TLS.HandshakeComplete {
				t.Error("r.TLS is wrong")
			}
			w.Header().Set("Proto", r.Proto)
		}))
		ts.Listener.Close()
		ts.Listener = l
		ts.EnableHTTP2 = h2
		ts.Config.ErrorLog = quiet
		l.Install(ts.Config)
		ts.StartTLS()
		for range 5 {
			resp, err := ts.Client().Get(ts.URL)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if p := resp.Header.Get("Proto"); (p == "HTTP/2.0") != h2 {
				t.Errorf("HTTP/2 is %v, got %s", h2, p)
			}
			time.Sleep(2 * time.Millisecond)
		}
		if s := l.Stats(); s.Parks != 0 {
			t.Errorf("%+v", s)
		}
		ts.Close()
	}
}

// HTTP/2 without TLS speaks on the very conn we returned, and reports StateIdle too.
func TestUnencryptedHTTP2IsNotParked(t *testing.T) {
	var p http.Protocols
	p.SetHTTP1(true)
	p.SetUnencryptedHTTP2(true)
	l := serve(t, &netpoll.Options{ParkAfter: soon}, hello, func(s *http.Server) { s.Protocols = &p })
	get(t, dial(t, l), "/") // HTTP/1 on the same server

	var only http.Protocols
	only.SetUnencryptedHTTP2(true)
	tr := &http.Transport{Protocols: &only}
	defer tr.CloseIdleConnections()
	idling(t, l, 1)
	var before uint64
	for i := range 6 {
		resp, err := (&http.Client{Transport: tr}).Get("http://" + l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.ProtoMajor != 2 {
			t.Errorf("spoke %s", resp.Proto)
		}
		if i == 0 { // until it has said that it is one
			before = l.Stats().Parks
		}
		time.Sleep(2 * time.Millisecond)
	}
	if now := l.Stats().Parks; now != before {
		t.Errorf("%d parks of an HTTP/2 connection", now-before)
	}
}

// A hook that is there already is kept, and sees the request counted.
func TestInstallKeepsHook(t *testing.T) {
	active := make(chan int, 8)
	l := serve(t, &netpoll.Options{ParkAfter: soon}, hello, func(s *http.Server) {
		s.ConnState = func(c net.Conn, st http.ConnState) {
			if st == http.StateActive {
				active <- c.(netpoll.Conn).Served()
			}
		}
	})
	c := dial(t, l)
	for i := range 3 {
		get(t, c, "/")
		if n := <-active; n != i+1 {
			t.Errorf("hook saw %d, want %d", n, i+1)
		}
	}
	idling(t, l, 1)
}
