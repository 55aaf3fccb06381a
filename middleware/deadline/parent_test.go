package deadline_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/deadline"
)

// watched is a parent that counts who waits for its end, as a server's or a connection's context holds those of all its requests.
type watched struct {
	context.Context
	done    chan struct{}
	waiting *atomic.Int64
}

func (w watched) Done() <-chan struct{} { return w.done }

func (w watched) AfterFunc(func()) (stop func() bool) {
	w.waiting.Add(1)
	return func() bool { w.waiting.Add(-1); return true }
}

// A request that is over is taken off its parent, or a parent that lives long would collect them all.
func TestNothingStaysWithTheParent(t *testing.T) {
	var waiting atomic.Int64
	parent := watched{context.Background(), make(chan struct{}), &waiting}
	for name, use := range map[string]func(ctx context.Context){
		"Done":      func(ctx context.Context) { _ = ctx.Done() },
		"AfterFunc": func(ctx context.Context) { context.AfterFunc(ctx, func() {}) },
		"child": func(ctx context.Context) {
			child, cancel := context.WithCancel(ctx)
			defer cancel()
			_ = child.Done()
		},
		"Extend": func(ctx context.Context) { _ = ctx.Done(); deadline.Extend(ctx, time.Hour) },
	} {
		serve(deadline.Options{Timeout: time.Minute}, get().WithContext(parent), func(_ http.ResponseWriter, r *http.Request) {
			if use(r.Context()); waiting.Load() != 1 {
				t.Errorf("%s: %d wait during the request, want 1", name, waiting.Load())
			}
		})
		if n := waiting.Swap(0); n != 0 {
			t.Errorf("%s: %d still wait after the request", name, n)
		}
	}
}

// pattern keeps the pattern that a piece outside sees.
type pattern struct{ seen string }

func (p *pattern) Enter(*middleware.Exchange) bool { return true }
func (p *pattern) Leave(x *middleware.Exchange)    { p.seen = x.Request.Pattern }

// The request that the mux gets is a copy; metrics outside read the pattern all the same.
func TestPatternIsSeenOutside(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /users/{id}", func(http.ResponseWriter, *http.Request) {})
	p := new(pattern)
	middleware.Stack{p, deadline.Piece(nil)}.Then(mux).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/users/1", nil))
	if p.seen != "GET /users/{id}" {
		t.Errorf("pattern %q", p.seen)
	}
}
