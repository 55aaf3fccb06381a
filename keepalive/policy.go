package keepalive

import (
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

const (
	defaultServerIdle        = 60 * time.Second
	defaultGrace             = 35 * time.Second
	defaultReadHeaderTimeout = 10 * time.Second
	defaultLinger            = 5 * time.Second
)

// Policy decides when a server's connections end. It is safe for concurrent
// use; its fields must not change after Configure, Handler or ConnContext,
// which panic if one of them has no meaning. One Policy may serve several
// servers. Do not copy it.
//
// A connection's end is announced: the last answer carries "Connection: close"
// (on HTTP/2, GOAWAY follows), so no request meets it. Only an idle connection
// is closed in silence, and Grace later than the client was told.
type Policy struct {
	// IdleTimeout is advertised as "Keep-Alive: timeout=…" on HTTP/1, in whole
	// seconds rounded down; below one second nothing is advertised. Negative
	// leaves the server's idle timeout alone. Zero means 60 seconds.
	IdleTimeout time.Duration

	// Grace is how much later than IdleTimeout the server closes: it covers the
	// request that left the client just in time. Negative means none. Zero
	// means 35 seconds: together with IdleTimeout's 60, later than clients on
	// http.DefaultTransport, which do not read the header and end their idle
	// connections after 90.
	Grace time.Duration

	// MaxRequests is how many requests a connection carries: exactly so on
	// HTTP/1; on HTTP/2, streams opened before the client reads GOAWAY are
	// still answered. Zero means no limit.
	MaxRequests int

	// MaxAge is how long a connection carries requests: the first answer after
	// it, late by at most a second or 1/64 of it, is the last. Zero means no
	// limit.
	MaxAge time.Duration

	// Jitter is the share of MaxAge, up to 1, by which each connection's age
	// may be shortened at random. Negative means none. Zero means 0.1.
	Jitter float64

	// ReadHeaderTimeout is given to a server that has none, since without it a
	// client may hold a connection by sending nothing. Negative leaves the
	// server alone. Zero means 10 seconds.
	ReadHeaderTimeout time.Duration

	// Linger is how long a connection of Listener goes on reading after its
	// last answer when the client is still sending: closing at once would reset
	// it, and the client might lose the answer. Needs Linux; elsewhere it ends
	// as net/http ends it. Negative means not at all. Zero means 5 seconds.
	Linger time.Duration

	// ResetTimedOut resets a connection of Listener whose client timed out, so
	// that neither unsent data nor TIME_WAIT stays behind: one that did not
	// read its answer, or was silent in a request or to the end of Grace. An
	// answer written in time and not yet acknowledged is left to arrive. Zero
	// means an ordinary close.
	ResetTimedOut bool

	once     sync.Once
	limited  bool     // MaxRequests or MaxAge is set; written once
	advert   []string // the Keep-Alive header's value; written once, shared by every answer
	clock    coarseClock
	draining atomic.Bool // one way, false to true
}

// Configure installs the policy: it wraps srv.Handler and srv.ConnContext and
// sets srv.IdleTimeout and, where unset, srv.ReadHeaderTimeout. Call it once for
// each server, after the handler is set and before the server serves.
func (p *Policy) Configure(srv *http.Server) {
	if h, ok := srv.Handler.(*policyHandler); ok && h.policy == p {
		panic("keepalive: Policy.Configure called twice for one server: keep one call")
	}
	next := srv.Handler
	if next == nil {
		next = http.DefaultServeMux
	}
	srv.Handler = p.Handler(next)
	srv.ConnContext = p.chain(srv.ConnContext)
	if d := orDefault(p.IdleTimeout, defaultServerIdle); d > 0 {
		srv.IdleTimeout = d + orDefault(p.Grace, defaultGrace)
	}
	if srv.ReadHeaderTimeout == 0 {
		srv.ReadHeaderTimeout = orDefault(p.ReadHeaderTimeout, defaultReadHeaderTimeout)
	}
}

// Drain makes every answer from now on its connection's last. It does not close
// idle connections: follow it with [http.Server.Shutdown] when clients have had
// time to move.
func (p *Policy) Drain() { p.draining.Store(true) }

// Draining reports whether Drain was called; a readiness probe wants to know.
func (p *Policy) Draining() bool { return p.draining.Load() }

// prepare computes what no request should compute again.
func (p *Policy) prepare() {
	if err := checkOptions(
		option{"Policy.MaxRequests", p.MaxRequests, p.MaxRequests < 0, "use zero for no limit"},
		option{"Policy.MaxAge", p.MaxAge, p.MaxAge < 0, "use zero for no limit"},
		jitterOption("Policy", p.Jitter),
	); err != nil {
		panic(err.Error())
	}
	p.limited = p.MaxRequests > 0 || p.MaxAge > 0
	if d := orDefault(p.IdleTimeout, defaultServerIdle); d >= time.Second {
		p.advert = []string{"timeout=" + strconv.FormatInt(int64(d/time.Second), 10)}
	}
	p.clock.start(p.MaxAge)
}

// orDefault makes the negative "none" a zero.
func orDefault(d, zero time.Duration) time.Duration {
	if d == 0 {
		return zero
	}
	return max(d, 0)
}
