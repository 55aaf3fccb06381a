package keepalive_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
)

// postAt sends a body that cannot be repeated, so that no retry hides a failure,
// and reports whether it went over a kept connection.
func postAt(b *testing.B, client *http.Transport, url, id string) (reused bool, err error) {
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(b.Context(), &httptrace.ClientTrace{
		GotConn: func(i httptrace.GotConnInfo) { reused = i.Reused },
	}), "POST", url, stream{strings.NewReader("x")})
	if err != nil {
		return false, err
	}
	req.Header.Set("X-Id", id)
	resp, err := client.RoundTrip(req)
	if err != nil {
		return reused, err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return reused, err
}

// BenchmarkTurnOver lets a stock http.Transport meet a server that ends each
// connection after one request or two. The bodies cannot be repeated, so no
// retry hides a failure.
func BenchmarkTurnOver(b *testing.B) {
	for _, limit := range []int{1, 2} {
		for _, listener := range []bool{false, true} {
			b.Run(fmt.Sprintf("MaxRequests=%d/Listener=%v", limit, listener), func(b *testing.B) {
				p := &keepalive.Policy{MaxRequests: limit}
				s := httptest.NewUnstartedServer(echo)
				p.Configure(s.Config)
				if listener {
					s.Listener = p.Listener(s.Listener)
				}
				s.Start()
				defer s.Close()
				const workers = 32
				var dials, failed atomic.Int64
				client := &http.Transport{MaxIdleConnsPerHost: workers, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
					dials.Add(1)
					return new(net.Dialer).DialContext(ctx, network, addr)
				}}
				defer client.CloseIdleConnections()
				b.SetParallelism(workers / 2)
				b.ResetTimer()
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						if _, _, err := exchange(b.Context(), client, "POST", s.URL, stream{strings.NewReader("x")}); err != nil {
							failed.Add(1)
						}
					}
				})
				b.ReportMetric(float64(dials.Load())/b.Elapsed().Seconds(), "conns/s")
				b.ReportMetric(float64(failed.Load()), "failed")
			})
		}
	}
}

// BenchmarkClosingEdge times POSTs of a stock http.Transport to ±0.5 ms around
// the instant at which the server closes idle connections. No server can save a
// request that its close crosses on the way; "advertised" is the instant that a
// client is told, which the server outlives by its grace.
func BenchmarkClosingEdge(b *testing.B) {
	const idle = 20 * time.Millisecond
	edge := &keepalive.Policy{IdleTimeout: idle, Grace: -1}
	reset := &keepalive.Policy{IdleTimeout: idle, Grace: -1, ResetTimedOut: true}
	grace := &keepalive.Policy{IdleTimeout: idle, Grace: 5 * time.Second}
	for _, bb := range []struct {
		name string
		p    *keepalive.Policy
	}{{"http.Server", nil}, {"Policy.Listener", edge}, {"Policy.Listener+Reset", reset}, {"advertised", grace}} {
		b.Run(bb.name, func(b *testing.B) {
			seen := make([]atomic.Int32, b.N)
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				i, _ := strconv.Atoi(r.Header.Get("X-Id"))
				seen[i].Add(1)
				echo(w, r)
			}))
			s.Config.IdleTimeout = idle
			if bb.p != nil {
				bb.p.Configure(s.Config)
				s.Listener = bb.p.Listener(s.Listener)
			}
			s.Start()
			defer s.Close()
			const workers = 16
			client := &http.Transport{MaxIdleConnsPerHost: workers}
			defer client.CloseIdleConnections()
			var next, reuses, failed, twice atomic.Int64
			next.Store(-1)
			b.ResetTimer()
			_ = load(b.Context(), workers, b.N, func(int, int) error {
				i := next.Add(1)
				if i >= int64(b.N) {
					return nil
				}
				reused, err := postAt(b, client, s.URL, strconv.FormatInt(i, 10))
				if reused {
					reuses.Add(1)
				}
				if err != nil {
					failed.Add(1)
				}
				time.Sleep(idle + time.Duration(rand.IntN(1000)-500)*time.Microsecond)
				return nil
			})
			for i := range seen {
				if seen[i].Load() > 1 {
					twice.Add(1)
				}
			}
			b.ReportMetric(100*float64(failed.Load())/max(1, float64(reuses.Load())), "failed-%")
			b.ReportMetric(float64(reuses.Load()), "reuses")
			b.ReportMetric(float64(twice.Load()), "twice")
		})
	}
}
