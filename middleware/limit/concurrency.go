package limit

import (
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/internal/option"
	"github.com/hotpath-go/hotpath/middleware/internal/problem"
)

// ConcurrencyOptions says how many requests may run at once. It is a value: NewConcurrency copies it. A negative number is refused.
type ConcurrencyOptions struct {
	// Max is how many. Zero means 1024.
	Max int
	// RetryAfter is what refused clients are told, rounded up to whole seconds. Zero means 1 s.
	RetryAfter time.Duration
}

// A Concurrency is safe for concurrent use. It is a piece of a middleware.Stack that answers 503 to requests that come while Max are running.
type Concurrency struct {
	max     int64
	after   string
	running atomic.Int64
	refused atomic.Uint64
}

// NewConcurrency returns a limit that nothing has used. Nil means the zero ConcurrencyOptions.
func NewConcurrency(given *ConcurrencyOptions) *Concurrency {
	o := option.Of(given)
	return &Concurrency{
		max:   int64(option.Or("limit: ConcurrencyOptions.Max", o.Max, 1024)),
		after: seconds(option.Or("limit: ConcurrencyOptions.RetryAfter", o.RetryAfter, time.Second)),
	}
}

// Running returns how many requests are inside now.
func (c *Concurrency) Running() int { return int(c.running.Load()) }

// Refused returns how many were refused so far.
func (c *Concurrency) Refused() uint64 { return c.refused.Load() }

// Middleware limits what runs in next. Beside other pieces in a Chain it is fused with them.
func (c *Concurrency) Middleware(next http.Handler) http.Handler {
	return middleware.Stack{c}.Then(next)
}

// Enter is for middleware.Stack.
func (c *Concurrency) Enter(x *middleware.Exchange) bool {
	for n := c.running.Load(); n < c.max; n = c.running.Load() {
		if c.running.CompareAndSwap(n, n+1) { // to add one and take it back would keep others out meanwhile
			return true
		}
	}
	c.refused.Add(1)
	x.Writer.Header()["Retry-After"] = []string{c.after}
	problem.Answer(x.Writer, http.StatusServiceUnavailable, x.Record.RequestID())
	return false
}

// Leave is for middleware.Stack.
func (c *Concurrency) Leave(*middleware.Exchange) { c.running.Add(-1) }

// seconds rounds up: who comes back when told must not come too early.
func seconds(d time.Duration) string {
	n := int64(d / time.Second)
	if d%time.Second > 0 {
		n++
	}
	return strconv.FormatInt(n, 10)
}
