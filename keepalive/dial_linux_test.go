//go:build linux && !portable

package keepalive_test

import (
	"context"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
)

// Dials belong to nobody, but when nobody waits any more they end.
func TestDialsEndWithTheLastRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var flying atomic.Int64
		tr := &keepalive.Transport{Base: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			flying.Add(1)
			defer flying.Add(-1)
			time.Sleep(time.Second) // the end of one must not be needed for the end of the next
			<-ctx.Done()
			return nil, ctx.Err()
		}}}
		defer tr.CloseIdleConnections()
		ctx, cancel := context.WithCancel(t.Context())
		for range 10 {
			go func() { _, _, _ = exchange(ctx, tr, "GET", "http://192.0.2.1/", nil) }()
		}
		synctest.Wait()
		if n := flying.Load(); n != 10 {
			t.Errorf("%d dials, want 10", n)
		}
		cancel()
		time.Sleep(2 * time.Second)
		if n := flying.Load(); n > 0 {
			t.Errorf("%d dials go on for nobody", n)
		}
	})
}
