package keepalive_test

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
)

// host is a place to dial that is down until up is set.
type host struct {
	up            atomic.Bool
	takes         time.Duration // a dial
	dials         atomic.Int64
	flying, crowd atomic.Int64 // dials at once, and the most of them since it was set to 0
}

func (h *host) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	h.dials.Add(1)
	n := h.flying.Add(1)
	defer h.flying.Add(-1)
	for c := h.crowd.Load(); n > c && !h.crowd.CompareAndSwap(c, n); c = h.crowd.Load() {
	}
	select {
	case <-time.After(h.takes):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if !h.up.Load() {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	client, server := net.Pipe()
	go func() {
		defer func() { _ = server.Close() }()
		br := bufio.NewReader(server)
		for {
			if _, err := http.ReadRequest(br); err != nil {
				return
			}
			if _, err := server.Write([]byte(ok2)); err != nil {
				return
			}
		}
	}()
	return client, nil
}

// bothWays runs f with connections of our own and with net/http's, which a
// proxy needs.
func bothWays(t *testing.T, f func(t *testing.T, tr *keepalive.Transport, h *host)) {
	for name, own := range map[string]bool{"own": true, "net/http": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := &host{takes: time.Millisecond}
				tr := &keepalive.Transport{Base: &http.Transport{DialContext: h.dial}}
				if !own {
					tr.Base.Proxy = func(*http.Request) (*url.URL, error) { return url.Parse("http://proxy.example") }
				}
				f(t, tr, h)
				tr.CloseIdleConnections()
			})
		})
	}
}

// Sixty-four workers that do not give up are no storm of dials, and every
// failure is one of a dial that ended after its request began.
func TestADeadHostIsDialedOneAtATime(t *testing.T) {
	t.Parallel()
	bothWays(t, func(t *testing.T, tr *keepalive.Transport, h *host) {
		const workers, span = 64, 20 * time.Second
		begin, slowest := time.Now(), atomic.Int64{}
		_ = load(t.Context(), workers, 1, func(int, int) error {
			for time.Since(begin) < span {
				asked := time.Now()
				_, _, err := exchange(t.Context(), tr, "GET", "http://host.example/", nil)
				if !errors.Is(err, syscall.ECONNREFUSED) {
					t.Errorf("error = %v", err)
				}
				if took := int64(time.Since(asked)); took > slowest.Load() {
					slowest.Store(took)
				}
				if time.Since(begin) > time.Second && !strings.Contains(err.Error(), ".example:80: attempt") {
					t.Errorf("the error does not say where or how often: %v", err)
				}
				h.crowd.Store(0)
			}
			return nil
		})
		// 64 at first, then a pause of 12 to 25 ms, up to one of 500 ms to 1 s
		if n := h.dials.Load(); n > workers+10+2*int64(span/time.Second) || n < workers+int64(span/time.Second)/2 {
			t.Errorf("%d dials in %v", n, span)
		}
		if d := time.Duration(slowest.Load()); d > 1100*time.Millisecond {
			t.Errorf("a request waited %v for its error", d)
		}
		if n := h.crowd.Load(); n > 1 {
			t.Errorf("%d dials at once", n)
		}
	})
}

// A host that is back serves all who wait, with no failure in between.
func TestAHostThatIsBackServesAll(t *testing.T) {
	t.Parallel()
	bothWays(t, func(t *testing.T, tr *keepalive.Transport, h *host) {
		for range 20 {
			if _, _, err := exchange(t.Context(), tr, "GET", "http://host.example/", nil); err == nil {
				t.Fatal("no error from a host that is down")
			}
		}
		h.up.Store(true)
		begin := time.Now()
		errs := load(t.Context(), 64, 1, func(int, int) error {
			_, _, err := exchange(t.Context(), tr, "GET", "http://host.example/", nil)
			return err
		})
		if len(errs) > 0 || time.Since(begin) > 1100*time.Millisecond {
			t.Errorf("%d failed after %v: %v", len(errs), time.Since(begin), errs)
		}
	})
}

// A request that gives up while it waits, or while it is the one that tries,
// leaves the attempt to the next one.
func TestAGivenUpAttemptIsHandedOn(t *testing.T) {
	t.Parallel()
	bothWays(t, func(t *testing.T, tr *keepalive.Transport, h *host) {
		for range 20 {
			_, _, _ = exchange(t.Context(), tr, "GET", "http://host.example/", nil)
		}
		h.takes = 300 * time.Millisecond
		h.up.Store(true)
		errs := load(t.Context(), 20, 1, func(w, _ int) error {
			patience := 20 * time.Second
			if w%2 == 0 {
				patience = time.Duration(w) * 100 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			_, _, err := exchange(ctx, tr, "GET", "http://host.example/", nil)
			return err
		})
		for _, err := range errs {
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
		}
		if len(errs) < 3 || len(errs) > 10 {
			t.Errorf("%d of 20 failed, of whom 10 could wait", len(errs))
		}
	})
}
