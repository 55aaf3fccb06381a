package zerocopy

import (
	"context"
	"net"
	"time"
)

// A Dialer is safe for concurrent use, and its zero value is ready. It makes conns
// as those a [Listener] accepts, for the side of a proxy that faces its
// upstreams: give its DialContext to an http.Transport.
type Dialer struct {
	// Dial makes the conn that is wrapped. Zero means that of a net.Dialer with
	// the times of http.DefaultTransport.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)

	counts counters
}

var netDialer = net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}

// DialContext dials and wraps the conn. What [Listener] says of other conns
// than a *net.TCPConn or a *net.UnixConn holds here too.
func (d *Dialer) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	dial := d.Dial
	if dial == nil {
		dial = netDialer.DialContext
	}
	c, err := dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return wrap(c, &d.counts), nil
}

// Stats returns the counters so far, over all conns.
func (d *Dialer) Stats() Stats { return d.counts.snapshot() }
