package ipfilter

import (
	"net/http"
	"net/netip"
	"sync/atomic"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/internal/problem"
)

// Options says who a request's client is. It must not be changed after New.
type Options struct {
	// Proxies are asked for the client's address. Zero means that nobody is trusted and the peer is the client.
	Proxies *Proxies
	// OnDeny is called for each request that was refused, before the answer. Zero means no call.
	OnDeny func(r *http.Request, client netip.Addr)
}

// Filter answers 403 to clients that its Table does not allow, and to those whose address it cannot know. As a piece of a
// middleware.Stack it goes inside the access log. It is safe for concurrent use.
type Filter struct {
	options Options
	// table is published whole: a request is judged by one table.
	table atomic.Pointer[Table]
}

// New returns a filter with the rules of t.
func New(t *Table, o Options) *Filter {
	f := &Filter{options: o}
	f.Replace(t)
	return f
}

// Replace makes f judge by t. No request waits for it.
func (f *Filter) Replace(t *Table) {
	if t == nil {
		panic("ipfilter: nil table: NewTable(Rules{}) makes one that allows everybody")
	}
	f.table.Store(t)
}

// Middleware lets those requests through to next that may pass. Beside other pieces in a Chain it is fused with them.
func (f *Filter) Middleware(next http.Handler) http.Handler { return middleware.Stack{f}.Then(next) }

// Enter is for middleware.Stack.
func (f *Filter) Enter(x *middleware.Exchange) bool {
	client := f.options.Proxies.Client(x.Request)
	if f.table.Load().Allows(client) {
		return true
	}
	if f.options.OnDeny != nil {
		f.options.OnDeny(x.Request, client)
	}
	problem.Answer(x.Writer, http.StatusForbidden, x.Record.RequestID())
	return false
}

// Leave is for middleware.Stack.
func (f *Filter) Leave(*middleware.Exchange) {}
