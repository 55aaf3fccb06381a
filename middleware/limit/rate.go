package limit

import (
	"fmt"
	"net/http"
	"net/netip"
	"time"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/internal/problem"
	"github.com/hotpath-go/hotpath/middleware/ipfilter"
)

// RateOptions says how often one client may ask.
type RateOptions struct {
	// Every is the time between requests that a client may keep up for ever. Zero means 100 ms.
	Every time.Duration
	// Burst is how many requests may come at once after a pause. Zero means 20.
	Burst int
	// Keys is how many clients are remembered, 20 bytes each. Zero means 65,536.
	Keys int
	// Key names the client; a request whose key is "" is not limited. Zero means the client's address, of an IPv6 address the
	// first 64 bits; all those whose address is unknown are one client.
	Key func(*http.Request) string
	// Proxies are asked for the client's address. Zero means that the peer is the client.
	Proxies *ipfilter.Proxies
	// Headers adds RateLimit-Policy and RateLimit to every response, for three allocations. Zero means only to refusals.
	Headers bool
}

// Rate answers 429 to requests of a client that come faster than they may. It is a piece of a middleware.Stack, and safe for concurrent use.
type Rate struct {
	options RateOptions
	policy  []string
	window  int64 // nanoseconds: Burst times Every
	start   time.Time
	clients *clients
}

// NewRate returns a limit that nobody has used.
func NewRate(o RateOptions) *Rate {
	if o.Every <= 0 {
		o.Every = 100 * time.Millisecond
	}
	if o.Burst <= 0 {
		o.Burst = 20
	}
	if o.Keys <= 0 {
		o.Keys = 1 << 16
	}
	window := time.Duration(o.Burst) * o.Every
	policy := fmt.Sprintf("\"default\";q=%d;w=%s", o.Burst, seconds(window))
	// The clock starts a window late, so that a time stamp of 0 is one that nobody has used.
	return &Rate{o, []string{policy}, int64(window), time.Now().Add(-window), newClients(o.Keys)}
}

// Forgotten returns how many clients were forgotten while they were still partly limited, because more came than Keys.
func (l *Rate) Forgotten() int64 { return l.clients.forgotten.Load() }

// Middleware limits how often next is reached. Beside other pieces in a Chain it is fused with them.
func (l *Rate) Middleware(next http.Handler) http.Handler { return middleware.Stack{l}.Then(next) }

// Enter is for middleware.Stack.
func (l *Rate) Enter(x *middleware.Exchange) bool {
	id, limited := l.identify(x.Request)
	if !limited {
		return true
	}
	now := int64(x.Start().Sub(l.start))
	free, ok := l.clients.take(id, now, int64(l.options.Every), l.window)
	if !ok {
		l.refuse(x, -free)
		return false
	}
	if l.options.Headers {
		l.describe(x.Writer.Header(), free)
	}
	return true
}

// Leave is for middleware.Stack.
func (l *Rate) Leave(*middleware.Exchange) {}

// Allow reports whether key may do one thing more now, and counts it if so; for what is no request.
func (l *Rate) Allow(key string) bool {
	_, ok := l.clients.take(l.clients.hashString(key), int64(time.Since(l.start)), int64(l.options.Every), l.window)
	return ok
}

func (l *Rate) identify(r *http.Request) (id uint64, limited bool) {
	if l.options.Key != nil {
		k := l.options.Key(r)
		return l.clients.hashString(k), k != ""
	}
	return l.clients.hashAddr(network(l.options.Proxies.Client(r))), true
}

// network is what one customer has: an IPv4 address, or 64 bits of IPv6.
func network(a netip.Addr) [16]byte {
	b := a.As16() // zeros for an address that is not known
	if a.Is6() && !a.Is4In6() {
		clear(b[8:])
	}
	return b
}

func (l *Rate) refuse(x *middleware.Exchange, wait int64) {
	h := x.Writer.Header()
	h["Retry-After"] = []string{seconds(time.Duration(wait))}
	l.describe(h, -wait)
	problem.Answer(x.Writer, http.StatusTooManyRequests, x.Record.RequestID())
}

// describe writes the headers of draft-ietf-httpapi-ratelimit-headers: r requests are left, and t seconds until all are again.
func (l *Rate) describe(h http.Header, free int64) {
	h["Ratelimit-Policy"] = l.policy
	h["Ratelimit"] = []string{fmt.Sprintf("\"default\";r=%d;t=%s", max(free, 0)/int64(l.options.Every), seconds(time.Duration(l.window-max(free, 0))))}
}
