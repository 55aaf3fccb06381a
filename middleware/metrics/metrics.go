package metrics

import (
	"cmp"
	"fmt"
	"maps"
	"math/bits"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/internal/option"
)

// Options says what is measured. It is a value: New copies it. A negative number is refused.
type Options struct {
	// Buckets are the histogram's upper limits, positive and ascending. Zero means 1 ms to 10 s in thirteen steps.
	Buckets []time.Duration
	// Routes is how many patterns get series of their own. Zero means 1000.
	Routes int
}

var defaultBuckets = []time.Duration{
	time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond, 10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond, time.Second, 2500 * time.Millisecond, 5 * time.Second, 10 * time.Second,
}

// A Metrics is safe for concurrent use. It holds the counts of one process, and is a piece of a middleware.Stack, outside those that
// answer instead of the handler.
type Metrics struct {
	buckets []time.Duration
	limit   int
	shards  uint32                        // a power of two
	known   [256][4]atomic.Pointer[route] // where find looks first
	// routes is copied when a pattern is seen for the first time, and never changed: readers take no lock.
	routes atomic.Pointer[map[string]*route]
	mu     sync.Mutex // taken by those who replace routes
}

// unmatched is the route of requests that no pattern matched.
const unmatched = "unmatched"

// New returns metrics of no request. Nil means the zero Options.
func New(given *Options) *Metrics {
	o := option.Of(given)
	if len(o.Buckets) == 0 {
		o.Buckets = defaultBuckets
	}
	if o.Buckets[0] <= 0 {
		panic(fmt.Sprintf("metrics: Options.Buckets begins with %v: no request takes that little, leave it out", o.Buckets[0]))
	}
	if !slices.IsSortedFunc(o.Buckets, cmp.Compare) || len(slices.Compact(slices.Clone(o.Buckets))) < len(o.Buckets) {
		panic("metrics: Options.Buckets do not ascend: sort them and leave out doubles")
	}
	m := &Metrics{buckets: slices.Clone(o.Buckets), limit: option.Or("metrics: Options.Routes", o.Routes, 1000), shards: 1 << bits.Len(uint(runtime.GOMAXPROCS(0)-1))}
	m.routes.Store(&map[string]*route{unmatched: m.newRoute(unmatched)})
	return m
}

// Middleware measures the requests that next serves. Beside other pieces in a Chain it is fused with them.
func (m *Metrics) Middleware(next http.Handler) http.Handler { return middleware.Stack{m}.Then(next) }

// Enter is for middleware.Stack.
func (m *Metrics) Enter(x *middleware.Exchange) bool {
	x.Start()
	return true
}

// Leave is for middleware.Stack.
func (m *Metrics) Leave(x *middleware.Exchange) {
	pattern := x.Record.Match().Pattern()
	if pattern == "" {
		pattern = x.Request.Pattern
	}
	took := x.Took()
	i := 0
	for i < len(m.buckets) && took > m.buckets[i] {
		i++
	}
	if m.find(pattern).add(x.Shard()&(m.shards-1), class(x.Status()), i, took) {
		x.Crowded()
	}
}

// find returns the series of a pattern. A router's patterns are the same strings each time, so that their address says where the
// route probably is, at less than the price of a map: in one of few places, since two patterns that took turns in one would each look
// in the map. The address is a number here: nothing is read through it.
func (m *Metrics) find(pattern string) *route {
	hash := uint64(uintptr(unsafe.Pointer(unsafe.StringData(pattern)))) * 0x9e3779b97f4a7c15
	known, at := &m.known[hash>>56], 0
	for ; at < len(known); at++ {
		r := known[at].Load()
		if r == nil {
			break
		}
		if r.pattern == pattern {
			return r
		}
	}
	r := (*m.routes.Load())[pattern]
	if r == nil {
		r = m.meet(pattern)
	}
	if r.pattern == pattern {
		if at == len(known) {
			at = int(hash >> 54 & 3)
		}
		known[at].Store(r)
	}
	return r
}

// meet returns the series of a pattern that has none of its own yet.
func (m *Metrics) meet(pattern string) *route {
	if routes := *m.routes.Load(); pattern == "" || len(routes) > m.limit {
		return routes[unmatched]
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	routes := *m.routes.Load()
	if r := routes[pattern]; r != nil {
		return r
	}
	if len(routes) > m.limit {
		return routes[unmatched]
	}
	more := maps.Clone(routes)
	more[pattern] = m.newRoute(pattern)
	m.routes.Store(&more)
	return more[pattern]
}
