package limit

import (
	"fmt"
	"math"
	"net/http"
	"net/netip"
	"time"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/internal/option"
	"github.com/hotpath-go/hotpath/middleware/internal/problem"
	"github.com/hotpath-go/hotpath/middleware/ipfilter"
)

// RateOptions says how often one client may ask. It is a value: NewRate copies it. A negative number is refused.
type RateOptions struct {
	// Every is the time between requests that a client may keep up for ever. Zero means 100 ms.
	Every time.Duration
	// Burst is how many requests may come at once after a pause; Burst times Every is 73 years at most. Zero means 20.
	Burst int
	// Keys is how many clients there is room for, in 18 to 37 bytes each. Zero means 65,536, in 2 MiB.
	Keys int
	// Key names the client; a request whose key is "" is not limited. Zero means the client's address, of an IPv6 address the
	// first 64 bits; all those whose address is unknown are one client.
	Key func(*http.Request) string
	// Proxies are asked for the client's address. Zero means that the peer is the client.
	Proxies *ipfilter.Proxies
	// Headers adds RateLimit-Policy and RateLimit to every response, for three allocations. Zero means only to refusals.
	Headers bool
}

// A Rate is safe for concurrent use. It is a piece of a middleware.Stack that answers 429 to requests of a client that come faster than they may.
type Rate struct {
	options RateOptions
	policy  []string
	window  int64 // nanoseconds: Burst times Every
	start   time.Time
	clients *clients
}

// longest is as long as a window may be: the clock starts one late, a client's time is one ahead, and the sum must not overflow.
const longest = math.MaxInt64 / 4

// NewRate returns a limit that nobody has used. Nil means the zero RateOptions.
func NewRate(given *RateOptions) *Rate {
	o := option.Of(given)
	o.Every = option.Or("limit: RateOptions.Every", o.Every, 100*time.Millisecond)
	o.Burst = option.Or("limit: RateOptions.Burst", o.Burst, 20)
	o.Keys = option.Or("limit: RateOptions.Keys", o.Keys, 1<<16)
	if int64(o.Burst) > longest/int64(o.Every) {
		panic(fmt.Sprintf("limit: RateOptions.Burst is %d: times Every, %v, that is more than 73 years, give less of one", o.Burst, o.Every))
	}
	window := time.Duration(o.Burst) * o.Every
	policy := fmt.Sprintf("\"default\";q=%d;w=%s", o.Burst, seconds(window))
	// The clock starts a window late, so that a time stamp of 0 is one that nobody has used.
	return &Rate{o, []string{policy}, int64(window), time.Now().Add(-window), newClients(o.Keys)}
}

// Forgotten returns how many clients were forgotten while they were still partly limited, because more came than Keys.
func (l *Rate) Forgotten() uint64 { return l.clients.forgotten.Load() }

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

// network is what one customer has: an IPv4 address, or 64 bits of IPv6. a is not IPv4-mapped: Client's never is.
func network(a netip.Addr) [16]byte {
	b := a.As16() // zeros for an address that is not known
	if a.Is6() {
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
