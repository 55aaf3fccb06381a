package keepalive_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
)

// sink is a ResponseWriter that costs nothing.
type sink struct{ h http.Header }

func (s *sink) Header() http.Header         { return s.h }
func (s *sink) Write(p []byte) (int, error) { return len(p), nil }
func (s *sink) WriteHeader(int)             {}

type connKey struct{ p *keepalive.Policy } // as Policy's own

// floor does nothing but what no policy of a connection can do without: find
// the connection in the context, and put one field into the header.
type floor struct {
	key    any
	advert []string
}

func (f *floor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Context().Value(f.key) != nil {
		w.Header()["Keep-Alive"] = f.advert
	}
}

// BenchmarkPolicy measures the policy alone: "none" is the same call without
// it, and "floor" what net/http's context and header map take of it. The
// context is as deep as net/http makes it.
func BenchmarkPolicy(b *testing.B) {
	noop := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	for _, bb := range []struct {
		name string
		p    *keepalive.Policy
	}{
		{"none", nil},
		{"floor", nil},
		{"advertise", &keepalive.Policy{}},
		{"MaxRequests", &keepalive.Policy{MaxRequests: 1 << 30, IdleTimeout: -1}},
		{"advertise+MaxRequests", &keepalive.Policy{MaxRequests: 1 << 30}},
		{"advertise+MaxRequests+MaxAge", &keepalive.Policy{MaxRequests: 1 << 30, MaxAge: time.Hour}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			c, peer := net.Pipe()
			defer func() { _, _ = c.Close(), peer.Close() }()
			ctx := context.WithValue(b.Context(), http.ServerContextKey, nil)
			var h http.Handler = noop
			if bb.name == "floor" {
				f := &floor{key: connKey{&keepalive.Policy{}}, advert: []string{"timeout=60"}}
				h, ctx = f, context.WithValue(ctx, f.key, c)
			}
			if bb.p != nil {
				h, ctx = bb.p.Handler(noop), bb.p.ConnContext(ctx, c)
			}
			ctx = context.WithValue(ctx, http.LocalAddrContextKey, nil)
			ctx, cancelConn := context.WithCancel(ctx)
			defer cancelConn()
			ctx, cancelReq := context.WithCancel(ctx)
			defer cancelReq()
			r := httptest.NewRequestWithContext(ctx, "GET", "/", nil)
			w := &sink{make(http.Header)}
			b.ReportAllocs()
			for b.Loop() {
				h.ServeHTTP(w, r)
			}
		})
	}
}

// BenchmarkTransport has 64 workers on one host. CPU is client and server
// together.
func BenchmarkTransport(b *testing.B) {
	ours := new(keepalive.Transport)
	var dials atomic.Int64
	count := func(tr *http.Transport) *http.Transport {
		dial := tr.DialContext
		tr.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
			dials.Add(1)
			return dial(ctx, network, addr)
		}
		return tr
	}
	tuned := http.DefaultTransport.(*http.Transport).Clone()
	tuned.MaxIdleConnsPerHost = 64
	for _, bb := range []struct {
		name  string
		rt    http.RoundTripper
		dials func() int64
	}{
		{"http.DefaultTransport", count(http.DefaultTransport.(*http.Transport).Clone()), dials.Load},
		{"http.Transport/PerHost=64", count(tuned), dials.Load},
		{"keepalive.Transport", ours, func() int64 { return int64(ours.Stats().Dials) }},
	} {
		b.Run(bb.name, func(b *testing.B) {
			s := httptest.NewServer(echo)
			defer s.Close()
			defer bb.rt.(interface{ CloseIdleConnections() }).CloseIdleConnections()
			before, cpu := bb.dials(), cpuTime()
			b.SetParallelism(32) // × GOMAXPROCS 2
			b.ReportAllocs()
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, _, err := exchange(b.Context(), bb.rt, "GET", s.URL, nil); err != nil {
						b.Error(err)
						return
					}
				}
			})
			b.ReportMetric(float64(bb.dials()-before), "dials")
			b.ReportMetric(float64(cpuTime()-cpu)/float64(b.N), "cpu-ns/op")
		})
	}
}
