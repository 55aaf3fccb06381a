package bench

import (
	"context"
	"net"
	"net/http"
	"sync/atomic"

	"github.com/hotpath-go/hotpath/keepalive"
)

// Peer is one way to keep connections.
type Peer struct {
	http.RoundTripper
	Dials func() int64
}

// Peers are made anew for each measurement.
var Peers = map[string]func() Peer{
	"http.DefaultTransport":               func() Peer { return standard(func(*http.Transport) {}) },
	"http.Transport, MaxIdleConnsPerHost": func() Peer { return standard(func(t *http.Transport) { t.MaxIdleConnsPerHost = 1024 }) },
	"http.Transport, MaxConnsPerHost 16": func() Peer {
		return standard(func(t *http.Transport) { t.MaxIdleConnsPerHost, t.MaxConnsPerHost = 512, 16 })
	},
	"keepalive.Transport":                func() Peer { return ours(&keepalive.Transport{}) },
	"keepalive.Transport, MaxConns 16":   func() Peer { return ours(&keepalive.Transport{MaxConns: 16}) },
	"keepalive.Transport, MaxConns 64":   func() Peer { return ours(&keepalive.Transport{MaxConns: 64}) },
	"keepalive.Transport, MaxRequests 2": func() Peer { return ours(&keepalive.Transport{MaxRequests: 2}) },
}

func ours(t *keepalive.Transport) Peer {
	return Peer{t, func() int64 { return int64(t.Stats().Dials) }}
}

func standard(tune func(*http.Transport)) Peer {
	t := http.DefaultTransport.(*http.Transport).Clone()
	dials, dial := new(atomic.Int64), t.DialContext
	t.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		dials.Add(1)
		return dial(ctx, network, addr)
	}
	t.MaxIdleConns = 0 // the default 100 would be what is measured at 512 workers
	tune(t)
	return Peer{t, dials.Load}
}
