package keepalive

import (
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hotpath-go/hotpath/keepalive/internal/wire"
)

// Transport is an [http.RoundTripper] whose connections are there when needed
// and gone when not. It is safe for concurrent use; its fields must not change
// after the first request. The zero value is ready to use. Do not copy it.
//
// A request for http:// that goes straight to its host has a connection of
// Transport's own: driven by the caller's goroutine, without a goroutine or a
// buffer while idle, looked at before it is written to. net/http still parses
// the answers and writes streamed bodies. Every other request (https, HTTP/2,
// proxies, CONNECT, Expect) is carried by an [http.Transport], with the same
// limits and statistics.
//
// An address that refuses gets one dial at a time, with a pause that grows to a
// second; requests wait for it and share its outcome.
//
// A request that meets the server's close is sent again when that is safe: its
// method is idempotent, or nothing of it was sent, or (Linux) the kernel knows
// that the server had closed before a byte of it arrived. Otherwise the error
// is a [*ConnError], which says what is known.
type Transport struct {
	// Base says how to dial, which proxy to use, and so on; it is cloned at the
	// first request and not changed. Its DialTLS and DialTLSContext must be nil,
	// because a connection that is already encrypted cannot be followed. With a
	// dialer of its own that dialer resolves names, so requests are not spread.
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

	// IdleTimeout closes connections unused for that long. A server that says
	// its own ("Keep-Alive: timeout=5"), or is seen to close after a certain
	// time, gets its connections closed before that. Of any other server a
	// request that cannot be repeated uses no connection that is idle for longer
	// than the server was seen to leave one open, less a tenth: it gets a new
	// one, and the old one stays to show for how long it does. Negative means no limit of ours. Zero means Base's value, or 55
	// seconds, which is below the 60 s of common load balancers and nginx's 75 s.
	IdleTimeout time.Duration

	// MaxIdle limits the unused connections kept for each host. Negative means
	// no limit. Zero means Base's value, or no limit: what load has opened,
	// IdleTimeout closes.
	//
	// All hosts together keep what the process has files for: when a dial finds
	// none left, the connections unused for longest are closed for it.
	// Base.MaxIdleConns is a limit over all hosts below that.
	MaxIdle int

	// MaxConns limits the connections of each host; requests beyond it wait.
	// Negative means no limit. Zero means Base's value, or no limit.
	MaxConns int

	// Order says which of a host's unused connections serves next. Zero means
	// LIFO.
	Order Order

	// Resolver looks up names. Zero means [net.DefaultResolver].
	Resolver *net.Resolver

	// KeepAlive is the TCP keep-alive of each connection. A non-zero value with
	// Enable false turns it off. Zero means a probe after 30 s of silence,
	// then every 10 s, dead after 3 lost, unless Base has a dialer of its own.
	KeepAlive net.KeepAliveConfig

	// UserTimeout (TCP_USER_TIMEOUT, Linux) ends a connection whose data was
	// not acknowledged for that long; without it a dead path costs about 15
	// minutes. A dial ends after it, too. It must cover idle + interval × count
	// of KeepAlive. Negative means the kernel's choice. Zero means exactly that sum where the system
	// has the option and the probes are known (KeepAlive set, or no dialer in
	// Base).
	UserTimeout time.Duration

	once      sync.Once
	base      *http.Transport // never dials; every lane is a clone of it
	h2c       bool            // http:// means HTTP/2 here
	lean      atomic.Bool     // http:// may use our own connections; goes to false at most once
	compress  bool
	ownDialer bool
	forgetful bool // for tests: learns no idle limits
	idle      time.Duration
	dial      dialFunc
	err       error
	life      lifetime
	wire      wire.Config
	backends  *origin // of an Upstream, whose requests all go there; otherwise nil
	pools     pools
	gates     gates
	lanes     lanes
	conns     census
	habits    habits
	idleLinks atomic.Int64 // of all origins; a sum, so order is free
}

// Order is a plain value, safe to copy: the order in which one address's unused
// connections serve. Among the addresses of a host the one with the fewest
// requests under way comes first, whatever the order; a connection itself is
// free or has one.
type Order uint8

const (
	// LIFO uses the connection that was used last: the fewest stay open.
	LIFO Order = iota
	// FIFO uses all in turn: better behind a balancer that spreads connections.
	FIFO
)

// RoundTrip implements [http.RoundTripper].
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	t.once.Do(t.build)
	if t.err != nil {
		closeBody(req)
		return nil, t.err
	}
	if key, ok := t.plain(req); ok {
		return t.trip(req, key)
	}
	return t.delegate(req)
}

// CloseIdleConnections closes the connections that carry no request now.
func (t *Transport) CloseIdleConnections() {
	t.closeIdle()
	t.lanes.closeIdle()
	t.habits.recall()
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
