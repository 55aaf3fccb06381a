package limit

import (
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/internal/problem"
)

// ConcurrencyOptions says how many requests may run at once.
type ConcurrencyOptions struct {
	// Max is how many. Zero means 1024.
	Max int
	// RetryAfter is what refused clients are told, in whole seconds. Zero means 1 s.
	RetryAfter time.Duration
}

// Concurrency answers 503 to requests that come while Max are running. It is a piece of a middleware.Stack, and safe for concurrent use.
type Concurrency struct {
	max     int64
	after   string
	running atomic.Int64
	refused atomic.Int64
}

// NewConcurrency returns a limit that nothing has used.
func NewConcurrency(o ConcurrencyOptions) *Concurrency {
	if o.Max <= 0 {
		o.Max = 1024
	}
	if o.RetryAfter <= 0 {
		o.RetryAfter = time.Second
	}
	return &Concurrency{max: int64(o.Max), after: seconds(o.RetryAfter)}
}

// Running returns how many requests are inside.
func (c *Concurrency) Running() int { return int(c.running.Load()) }

// Refused returns how many were refused.
func (c *Concurrency) Refused() int64 { return c.refused.Load() }

// Middleware limits what runs in next. Beside other pieces in a Chain it is fused with them.
func (c *Concurrency) Middleware(next http.Handler) http.Handler {
	return middleware.Stack{c}.Then(next)
}

// Enter is for middleware.Stack.
func (c *Concurrency) Enter(x *middleware.Exchange) bool {
	if c.running.Add(1) <= c.max {
		return true
	}
	c.running.Add(-1)
	c.refused.Add(1)
	x.Writer.Header()["Retry-After"] = []string{c.after}
	problem.Answer(x.Writer, http.StatusServiceUnavailable, x.Record.RequestID())
	return false
}

// Leave is for middleware.Stack.
func (c *Concurrency) Leave(*middleware.Exchange) { c.running.Add(-1) }

// seconds rounds up: who comes back when told must not come too early.
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}
