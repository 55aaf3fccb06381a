package keepalive

import (
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
	"time"
)

// Transport is an [http.RoundTripper] whose connections are there when needed
// and gone when not. It is safe for concurrent use; its fields must not change
// after the first request. The zero value is ready to use. Do not copy it.
//
// It drives an [http.Transport], so proxies, TLS, HTTP/2, contexts, trailers,
// 1xx answers, httptrace and net/http's own rules for retries hold unchanged.
// It adds a pool that keeps what it dialed, an end for every connection
// (MaxAge, MaxRequests) and dead-peer detection below HTTP.
//
// A connection that has reached MaxAge or MaxRequests is told so with its last
// request ("Connection: close") and closes after that request's answer. It is
// never closed under a request, and the server never has to guess.
type Transport struct {
	// Base is the transport to build on; it is cloned at the first request and
	// not changed. Its DialTLS and DialTLSContext must be nil, because a
	// connection that is already encrypted cannot be followed.
	// Zero means what [http.DefaultTransport] does: proxies from the
	// environment, HTTP/2, a 10 s limit for TLS handshakes.
	Base *http.Transport

	// MaxAge is how long a connection takes new requests; an address that left
	// DNS is followed within MaxAge and one request. Negative means no limit.
	// Zero means 10 minutes.
	MaxAge time.Duration

	// Jitter is the share of MaxAge, up to 1, by which each connection's age
	// may be shortened at random, so that connections opened together do not
	// end together. Negative means none. Zero means 0.1.
	Jitter float64

	// MaxRequests is how many requests a connection carries: exactly so on
	// HTTP/1; on HTTP/2, requests started in the same moment as the last one
	// may still join it. Zero means no limit.
	MaxRequests int

	// IdleTimeout closes connections unused for that long. It should be shorter
	// than the server's, since a request that meets the server's close fails
	// unless net/http may repeat it. Zero means Base's value, or 55 seconds,
	// which is below the 60 s of common load balancers and nginx's 75 s.
	IdleTimeout time.Duration

	// MaxIdle limits the unused connections kept for each host. Zero means
	// Base's value, or no limit: what load has opened, IdleTimeout closes.
	MaxIdle int

	// MaxConns limits the connections of each host; requests beyond it wait.
	// Zero means Base's value, or no limit.
	MaxConns int

	// KeepAlive is the TCP keep-alive of each connection. A non-zero value with
	// Enable false turns it off. Zero means a probe after 30 s of silence,
	// then every 10 s, dead after 3 lost, unless Base has a dialer of its own.
	KeepAlive net.KeepAliveConfig

	// UserTimeout (TCP_USER_TIMEOUT, Linux) ends a connection whose data was
	// not acknowledged for that long; without it a dead path costs about 15
	// minutes. It must cover idle + interval × count of KeepAlive. Negative
	// means the kernel's choice. Zero means exactly that sum where the system
	// has the option and the probes are known (KeepAlive set, or no dialer in
	// Base).
	UserTimeout time.Duration

	once  sync.Once
	base  *http.Transport // never dials; every lane is a clone of it
	h2c   bool            // http:// means HTTP/2 here
	err   error
	life  lifetime
	lanes lanes
	conns census
}

// RoundTrip implements [http.RoundTripper].
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	t.once.Do(t.build)
	if t.err != nil {
		closeBody(req)
		return nil, t.err
	}
	l, first := t.lanes.enter(t.origin(req))
	defer l.leave()
	l.wait(req.Context(), first)
	u := &turn{t: t, lane: l}
	u.trace.GotConn = u.gotConn
	u.trace.PutIdleConn = u.putIdleConn
	u.req = req.WithContext(httptrace.WithClientTrace(req.Context(), &u.trace))
	if hasBody(req) {
		// net/http copies a request that has a body before it picks the
		// connection, so Close would come too late: only the header map is
		// shared with that copy. It must be ours to be written to.
		u.req.Header = maps.Clone(req.Header)
	}
	resp, err := l.rt.RoundTrip(u.req)
	if resp != nil {
		resp.Request = req
	}
	return resp, err
}

// CloseIdleConnections closes the connections that carry no request now.
func (t *Transport) CloseIdleConnections() {
	t.lanes.closeIdle()
}

// origin names the request's lane: its own where HTTP/2 may be spoken.
func (t *Transport) origin(req *http.Request) string {
	if req.URL == nil || (req.URL.Scheme != "https" && !t.h2c) {
		return ""
	}
	return req.URL.Host
}

func hasBody(req *http.Request) bool { return req.Body != nil && req.Body != http.NoBody }

// closeBody keeps RoundTripper's promise that the body is closed on errors too.
func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}
