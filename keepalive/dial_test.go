package keepalive_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
)

// A request that must dial a peer that is gone hears of it as one on an open
// connection does, even by a dialer that has no timeout of its own.
func TestUserTimeoutEndsADial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := &keepalive.Transport{
			Base: &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				<-ctx.Done()
				return nil, &net.OpError{Op: "dial", Net: network, Err: os.ErrDeadlineExceeded}
			}},
			KeepAlive:   net.KeepAliveConfig{Enable: true, Idle: time.Second, Interval: time.Second, Count: 3},
			UserTimeout: 5 * time.Second,
		}
		defer tr.CloseIdleConnections()
		for _, url := range []string{"http://192.0.2.1/", "https://192.0.2.1/"} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			begin := time.Now()
			_, _, err := exchange(ctx, tr, "POST", url, strings.NewReader("x"))
			if took := time.Since(begin); !errors.Is(err, os.ErrDeadlineExceeded) || took > 6*time.Second {
				t.Errorf("%s: %v after %v, want the dial's error after 5s", url, err, took)
			}
			cancel()
		}
	})
}

// A dialer that breaks its own rules is an error, not the end of the process.
func TestADialerThatReturnsNothing(t *testing.T) {
	t.Parallel()
	for _, scheme := range []string{"http", "https"} {
		tr := newTransport(t, &keepalive.Transport{Base: &http.Transport{
			DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, nil },
		}})
		if _, _, err := exchange(t.Context(), tr, "GET", scheme+"://192.0.2.1/", nil); err == nil || !strings.Contains(err.Error(), "neither") {
			t.Errorf("%s: %v", scheme, err)
		}
	}
}
