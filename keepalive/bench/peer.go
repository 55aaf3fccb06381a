package bench

import (
	"context"
	"fmt"
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
	"keepalive.Transport, MaxRequests 2": func() Peer { return ours(&keepalive.Transport{MaxRequests: 2}) },
	Limited(1):                           func() Peer { return ours(&keepalive.Transport{MaxConns: 1}) },
	Limited(2):                           func() Peer { return ours(&keepalive.Transport{MaxConns: 2}) },
	Limited(4):                           func() Peer { return ours(&keepalive.Transport{MaxConns: 4}) },
	Limited(16):                          func() Peer { return ours(&keepalive.Transport{MaxConns: 16}) },
	Limited(64):                          func() Peer { return ours(&keepalive.Transport{MaxConns: 64}) },
	Limited(256):                         func() Peer { return ours(&keepalive.Transport{MaxConns: 256}) },
}

// Limited names the peer whose number of connections is a constant.
func Limited(conns int) string { return fmt.Sprintf("keepalive.Transport, MaxConns %d", conns) }

// Cell is one place of the sweep: so many workers, whose handler waits so long.
// Constants are the limits that are measured there beside none: those that
// bind. One of Workers or more is the same thing as none.
type Cell struct {
	Workers   int
	Handler   string
	Constants []int
}

// Sweep is every cell.
func Sweep() (cells []Cell) {
	for _, handler := range []string{"0s", "5ms", "50ms"} {
		cells = append(cells, Cell{4, handler, []int{1, 2}}, Cell{64, handler, []int{4, 16}}, Cell{512, handler, []int{4, 16, 64, 256}})
	}
	return cells
}

// Group is the cell's name in the raw results.
func (c Cell) Group() string { return fmt.Sprintf("%d workers, handler of %s", c.Workers, c.Handler) }
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
