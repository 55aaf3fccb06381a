package ipfilter

import (
	"net/http"
	"net/netip"
	"sync/atomic"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/internal/option"
	"github.com/hotpath-go/hotpath/middleware/internal/problem"
)

// Options says who a request's client is. It is a value: New copies it.
type Options struct {
	// Proxies are asked for the client's address. Zero means that nobody is trusted and the peer is the client.
	Proxies *Proxies
	// OnDeny is called for each request that was refused, before the answer. Zero means no call.
	OnDeny func(r *http.Request, client netip.Addr)
}

// A Filter is safe for concurrent use. It is a piece of a middleware.Stack, inside the access log, that answers 403 to clients that
// its Table does not allow, and to those whose address it cannot know.
type Filter struct {
	options Options
	// table is published whole: a request is judged by one table.
	table atomic.Pointer[Table]
}

// New returns a filter with the rules of t. Nil means the zero Options.
func New(t *Table, o *Options) *Filter {
	f := &Filter{options: option.Of(o)}
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
