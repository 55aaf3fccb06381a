package keepalive

import (
	"context"
	"net"
	"net/http"
	"sync"
)

// Upstream is an [http.RoundTripper] that sends every request to one of
// several backends, whatever host its URL names: the Transport of an
// [net/http/httputil.ReverseProxy]. It is safe for concurrent use; its fields
// must not change after the first request. Do not copy it.
//
// The least busy backend with a connection serves, equals take turns. A
// backend that refuses is asked again after a growing pause, and the request
// goes to another one meanwhile. A request that met a backend's end is
// repeated, on another backend if need be, by [Transport]'s rules; one that may
// be done twice also where a new connection ended without an answer, as those of
// a server that shuts down do.
type Upstream struct {
	// Addrs are the backends' host:port. At least one is needed.
	Addrs []string

	// Transport says how to reach them. A proxy in its Base is not used.
	Transport Transport

	once sync.Once
}

// RoundTrip implements [http.RoundTripper].
func (u *Upstream) RoundTrip(req *http.Request) (*http.Response, error) {
	u.build()
	return u.Transport.RoundTrip(req)
}

// Stats returns the counts so far, by backend.
func (u *Upstream) Stats() Stats { return u.Transport.Stats() }

// CloseIdleConnections closes the connections that carry no request now.
func (u *Upstream) CloseIdleConnections() {
	if len(u.Addrs) > 0 {
		u.build() // it may be called beside the first request
		u.Transport.CloseIdleConnections()
	}
}

// Preconnect opens n connections, spread over the backends, before they are
// needed. It returns the first error of those that could not be opened.
func (u *Upstream) Preconnect(ctx context.Context, n int) error {
	u.build()
	return u.Transport.preconnect(ctx, "", n)
}

// build panics each time: after a recovered panic no request may go where its URL says.
func (u *Upstream) build() {
	if len(u.Addrs) == 0 {
		panic("keepalive: Upstream without Addrs; name at least one backend")
	}
	u.once.Do(func() {
		u.Transport.backends = &origin{t: &u.Transport, names: names{fixed: u.Addrs}}
	})
}

// toBackend is how net/http's connections reach a backend.
func (o *origin) toBackend(ctx context.Context, _, _ string) (net.Conn, error) {
	if err := o.lookup(ctx); err != nil {
		return nil, err
	}
	nc, at, err := o.reach(ctx, o.places(nil))
	if err == nil {
		o.answered(at)
	}
	return nc, err
}
