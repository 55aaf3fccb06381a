//go:build linux && !portable

package keepalive_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
)

// The client's half of the tests over a cable: see listen_soak_test.go.

// dialer dials from the client's end; its probes are Transport's.
func (c *cable) dialer() func(ctx context.Context, network, addr string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (conn net.Conn, err error) {
		in(c.t, clientEnd, func() { conn, err = (&net.Dialer{KeepAlive: -1}).DialContext(ctx, network, addr) })
		return conn, err
	}
}

// serve starts h at the server's end.
func (c *cable) serve(h http.Handler, secure bool, edit func(*http.Server)) *httptest.Server {
	c.t.Helper()
	s := httptest.NewUnstartedServer(h)
	_ = s.Listener.Close()
	in(c.t, serverEnd, func() {
		var err error
		if s.Listener, err = net.Listen("tcp4", "10.77.0.1:0"); err != nil {
			c.t.Error(err)
		}
	})
	if edit != nil {
		edit(s.Config)
	}
	if secure {
		s.StartTLS()
	} else {
		s.Start()
	}
	c.t.Cleanup(s.Close)
	c.t.Cleanup(s.CloseClientConnections) // before: what is on a cut cable never ends by itself
	return s
}

func (c *cable) base(s *httptest.Server) *http.Transport {
	b := &http.Transport{DialContext: c.dialer()}
	if s.TLS != nil {
		b.TLSClientConfig = s.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
		b.TLSClientConfig.ServerName = "example.com"
	}
	return b
}

// The cable is cut under a request that waits for its answer, under one that is
// being sent, before one on a kept connection and before one that dials. Each
// hears of it within UserTimeout + 1 s, by an error that names the address and,
// where there is one, the connection's age; http.Transport's requests have not
// heard of it by then.
func TestSoakClientDeadPeer(t *testing.T) {
	if !soaking() {
		return
	}
	const timeout = 5 * time.Second
	for _, secure := range []bool{false, true} {
		t.Run(fmt.Sprintf("tls=%v", secure), func(t *testing.T) {
			c := newCable(t)
			arrived := make(chan struct{}, 10)
			over := make(chan struct{})
			s := c.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/now" {
					w.Header().Set("Keep-Alive", "timeout=60") // or a POST would rather dial than use the kept one
					return
				}
				arrived <- struct{}{}
				_, _ = io.Copy(io.Discard, r.Body)
				<-over
			}), secure, nil)
			t.Cleanup(func() { close(over) })
			ours := newTransport(t, &keepalive.Transport{
				Base:        c.base(s),
				KeepAlive:   net.KeepAliveConfig{Enable: true, Idle: 2 * time.Second, Interval: time.Second, Count: 3},
				UserTimeout: timeout,
			})
			std := c.base(s)
			t.Cleanup(std.CloseIdleConnections)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			type end struct {
				ours bool
				how  string
				err  error
				at   time.Time
			}
			ends := make(chan end, 7)
			send := func(rt http.RoundTripper, how, path string, body io.Reader) {
				_, _, err := exchange(ctx, rt, "POST", s.URL+path, body)
				ends <- end{rt == http.RoundTripper(ours), how, err, time.Now()}
			}
			both := []http.RoundTripper{ours, std}
			for _, rt := range both {
				go send(rt, "waiting", "/wait", strings.NewReader("x"))
				go send(rt, "sending", "/send", stream{endless{}})
				<-arrived
				<-arrived
				if _, _, err := exchange(ctx, rt, "POST", s.URL+"/now", nil); err != nil { // now there is a kept one
					t.Fatal(err)
				}
			}
			time.Sleep(time.Second)
			c.loss.Store(100)
			cut := time.Now()
			for _, rt := range both {
				go send(rt, "kept", "/wait", strings.NewReader("x"))
			}
			time.AfterFunc(200*time.Millisecond, func() { send(ours, "dialing", "/wait", strings.NewReader("x")) })
			time.AfterFunc(timeout+3*time.Second, cancel)
			for range 7 {
				e := <-ends
				took := e.at.Sub(cut)
				t.Logf("ours %v, %s: %v after %v", e.ours, e.how, e.err, took.Round(time.Millisecond))
				if e.how == "dialing" {
					if _, ok := errors.AsType[*net.OpError](e.err); !ok || took > timeout+time.Second {
						t.Errorf("dialing: %v after %v, want a dial's error within %v", e.err, took, timeout+time.Second)
					}
					continue
				}
				var ce *keepalive.ConnError
				if e.ours && (!errors.Is(e.err, syscall.ETIMEDOUT) || !errors.As(e.err, &ce) || ce.Addr != s.Listener.Addr().String() || ce.Age <= 0 || took > timeout+time.Second) {
					t.Errorf("%s: %v after %v, want a ConnError with ETIMEDOUT within %v", e.how, e.err, took, timeout+time.Second)
				}
				if !e.ours && !errors.Is(e.err, context.Canceled) {
					t.Errorf("%s by http.Transport: %v after %v: the test proves nothing", e.how, e.err, took)
				}
			}
		})
	}
}

// endless is a body that always has more.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// A bad cable is no cut one: 10 % loss each way and 20 ms, two minutes of
// POSTs with pauses long enough for probes, and no connection is given up.
func TestSoakClientNoFalseKillAtTenPercentLoss(t *testing.T) {
	if !soaking() {
		return
	}
	c := newCable(t)
	h := &once{ids: make(map[string]int)}
	s := c.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Keep-Alive", "timeout=600") // or a POST would rather dial after a pause
		h.ServeHTTP(w, r)
	}), false, nil)
	tr := newTransport(t, &keepalive.Transport{
		Base:        c.base(s),
		KeepAlive:   net.KeepAliveConfig{Enable: true, Idle: time.Second, Interval: time.Second, Count: 25},
		UserTimeout: 30 * time.Second,
		IdleTimeout: -1, // LIFO leaves some alone for a minute
	})
	const workers = 40
	if err := tr.Preconnect(t.Context(), s.URL, workers); err != nil {
		t.Fatal(err)
	}
	c.loss.Store(10)
	c.delay.Store(int64(20 * time.Millisecond))
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute) // ends the loops, not their requests
	defer cancel()
	errs := load(ctx, workers, 1000, func(w, i int) error {
		_, _, err := exchange(t.Context(), tr, "POST", s.URL, strings.NewReader(fmt.Sprint(w, "/", i)))
		time.Sleep(time.Duration((i*7+w*3)%8) * 500 * time.Millisecond)
		return err
	})
	for _, err := range errs {
		t.Error(err)
	}
	if st := tr.Stats(); st.Dials != workers || st.FoundClosed > 0 || h.duplicates > 0 {
		t.Errorf("stats = %+v, %d duplicated; want the %d first connections and no others", st.Counts, h.duplicates, workers)
	}
	t.Logf("%d POSTs, %+v", len(h.ids), tr.Stats().Counts)
}

// The closing edge over a cable with 20 ms and 1 % loss: net/http's server
// sees no POST twice, and our own fails none.
func TestSoakClosingEdgeOverACable(t *testing.T) {
	if !soaking() {
		return
	}
	for _, tt := range []struct{ own, forgetful bool }{{false, true}, {false, false}, {true, false}} {
		own := tt.own
		t.Run(fmt.Sprintf("%+v", tt), func(t *testing.T) {
			c := newCable(t)
			h := &once{ids: make(map[string]int)}
			idle := 200 * time.Millisecond
			p := &keepalive.Policy{IdleTimeout: time.Second, Grace: time.Second}
			s := c.serve(h, false, func(srv *http.Server) {
				if srv.IdleTimeout = idle; own {
					p.Configure(srv)
				}
			})
			if own {
				idle = time.Second
			}
			tr := newTransport(t, &keepalive.Transport{Base: c.base(s)})
			if tt.forgetful {
				keepalive.Forgetful(tr)
			}
			c.loss.Store(1)
			c.delay.Store(int64(20 * time.Millisecond))
			const workers, each = 50, 100
			errs := load(t.Context(), workers, each, func(w, i int) error {
				_, _, err := exchange(t.Context(), tr, "POST", s.URL, strings.NewReader(fmt.Sprint(w, "/", i)))
				time.Sleep(idle - 25*time.Millisecond + time.Duration((i*7+w)%100)*500*time.Microsecond)
				return err
			})
			t.Logf("%d POSTs: %d failed, %d duplicated; %+v", workers*each, len(errs), h.duplicates, tr.Stats().Counts)
			if h.duplicates > 0 {
				t.Errorf("%d POSTs were seen twice", h.duplicates)
			}
			for _, err := range errs {
				var ce *keepalive.ConnError
				if own || !errors.As(err, &ce) || ce.Seen != keepalive.Unknown {
					t.Errorf("error = %v", err)
				}
			}
		})
	}
}
