package metrics

import (
	"cmp"
	"maps"
	"math/bits"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hotpath-go/hotpath/middleware"
)

// Options says what is measured. It must not be changed after New.
type Options struct {
	// Buckets are the histogram's upper limits, ascending. Zero means 1 ms to 10 s in thirteen steps.
	Buckets []time.Duration
	// Routes is how many patterns get series of their own. Zero means 1000.
	Routes int
}

var defaultBuckets = []time.Duration{
	time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond, 10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond, time.Second, 2500 * time.Millisecond, 5 * time.Second, 10 * time.Second,
}

// Metrics are the counts of one process. It is a piece of a middleware.Stack, outside those that answer instead of the handler, and
// safe for concurrent use.
type Metrics struct {
	buckets []time.Duration
	limit   int
	shards  int // a power of two
	// routes is copied when a pattern is seen for the first time, and never changed: readers take no lock.
	routes atomic.Pointer[map[string]*route]
	mu     sync.Mutex // taken by those who replace routes
}

// unmatched is the route of requests that no pattern matched.
const unmatched = "unmatched"

// New returns metrics of no request.
func New(o Options) *Metrics {
	if len(o.Buckets) == 0 {
		o.Buckets = defaultBuckets
	}
	if !slices.IsSortedFunc(o.Buckets, cmp.Compare) || len(slices.Compact(slices.Clone(o.Buckets))) < len(o.Buckets) {
		panic("metrics: Options.Buckets do not ascend: sort them and leave out doubles")
	}
	if o.Routes <= 0 {
		o.Routes = 1000
	}
	m := &Metrics{buckets: slices.Clone(o.Buckets), limit: o.Routes, shards: 1 << bits.Len(uint(runtime.GOMAXPROCS(0)-1))}
	m.routes.Store(&map[string]*route{unmatched: m.newRoute()})
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
	r := (*m.routes.Load())[pattern]
	if r == nil {
		r = m.meet(pattern)
	}
	took := x.Took()
	i := 0
	for i < len(m.buckets) && took > m.buckets[i] {
		i++
	}
	s := r.shards[x.Shard()&uint32(m.shards-1)]
	c := class(x.Status())
	s.counts[c*(len(m.buckets)+1)+i].Add(1)
	s.sums[c].Add(int64(took))
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
	more[pattern] = m.newRoute()
	m.routes.Store(&more)
	return more[pattern]
}

// classes are the values of the label code.
var classes = [...]string{"none", "1xx", "2xx", "3xx", "4xx", "5xx"}

func class(status int) int {
	if c := status / 100; c < len(classes) {
		return c
	}
	return 0
}

// route holds the counts of one pattern.
type route struct{ shards []*shard }

// shard is counted in by few processors at a time. The additions are atomic for the others' sake.
type shard struct {
	counts []atomic.Int64 // for each class and bucket, the last bucket for what is longer than all limits
	sums   [len(classes)]atomic.Int64
}

func (m *Metrics) newRoute() *route {
	r := new(route)
	for range m.shards {
		r.shards = append(r.shards, &shard{counts: make([]atomic.Int64, len(classes)*(len(m.buckets)+1))})
	}
	return r
}
