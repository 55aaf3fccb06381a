package health

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/internal/option"
	"github.com/hotpath-go/hotpath/middleware/internal/problem"
)

// Options says when the process is ready and how it leaves. It is a value: New copies it. A negative duration is refused where its
// field does not say what it means.
type Options struct {
	// Checks must all pass for readiness. Zero means there are none.
	Checks []Check
	// CheckTimeout bounds a check's context; a check that does not return by then has failed. Zero means 1 s.
	CheckTimeout time.Duration
	// CacheFor is how long the checks' result is given to whoever asks. Zero means 1 s.
	CacheFor time.Duration
	// Delay is how long Drain waits for balancers to see that the process is not ready: longer than their probes' interval
	// times the failures they want. Zero means 5 s, a negative one that nobody has to see it.
	Delay time.Duration
}

// phases of a process's life; they only go up.
const (
	serving int32 = iota
	draining
	refusing
)

// A Health is safe for concurrent use. It is the state of one process. As a piece of a middleware.Stack it closes connections while
// the process drains.
type Health struct {
	options Options
	phase   atomic.Int32

	mu      sync.Mutex // guards the rest; held while checks run, so that they run once
	checked time.Time
	failed  []string
}

// New returns the health of a process that serves. Nil means the zero Options.
func New(given *Options) *Health {
	o := option.Of(given)
	o.CheckTimeout = option.Or("health: Options.CheckTimeout", o.CheckTimeout, time.Second)
	o.CacheFor = option.Or("health: Options.CacheFor", o.CacheFor, time.Second)
	o.Delay = cmp.Or(o.Delay, 5*time.Second)
	o.Checks = slices.Clone(o.Checks)
	for i, c := range o.Checks {
		if c.Run == nil {
			panic(fmt.Sprintf("health: Options.Checks[%d], %q, has no Run: give it a function or leave it out", i, c.Name))
		}
	}
	return &Health{options: o}
}

// Live answers 200 as long as the process answers at all.
func (h *Health) Live() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { write(w, http.StatusOK, "live", nil) })
}

// Ready answers 200 if all checks pass and the process does not drain, else 503 with the names of the checks that failed.
func (h *Health) Ready() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		var failed []string
		if h.phase.Load() == serving {
			failed = h.failures()
		}
		switch {
		case h.phase.Load() != serving: // it may have begun while the checks ran
			write(w, http.StatusServiceUnavailable, "draining", nil)
		case len(failed) > 0:
			write(w, http.StatusServiceUnavailable, "not ready", failed)
		default:
			write(w, http.StatusOK, "ready", nil)
		}
	})
}

// Drain takes the process out of service: it turns readiness off, waits for Options.Delay, refuses what still comes, and calls
// shutdown, usually an http.Server's, which waits for the requests that run. If ctx ends, the rest of the waiting is left out; shutdown
// gets ctx too.
func (h *Health) Drain(ctx context.Context, shutdown func(context.Context) error) error {
	h.phase.CompareAndSwap(serving, draining)
	timer := time.NewTimer(h.options.Delay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	h.phase.Store(refusing)
	return shutdown(ctx)
}

// Middleware is Health as a value for a Chain.
func (h *Health) Middleware(next http.Handler) http.Handler { return middleware.Stack{h}.Then(next) }

// Enter is for middleware.Stack. The requests of those who ask for readiness pass like all others until the end.
func (h *Health) Enter(x *middleware.Exchange) bool {
	phase := h.phase.Load()
	if phase == serving {
		return true
	}
	x.Writer.Header()["Connection"] = []string{"close"}
	if phase == draining {
		return true
	}
	problem.Answer(x.Writer, http.StatusServiceUnavailable, x.Record.RequestID())
	return false
}

// Leave is for middleware.Stack.
func (h *Health) Leave(*middleware.Exchange) {}
