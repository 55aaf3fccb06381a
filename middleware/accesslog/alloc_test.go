//go:build !race

package accesslog_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/middleware/accesslog"
)

// The race detector makes sync.Pool forget at random. The response writer's slab is one allocation for many requests, which
// AllocsPerRun rounds down.
func TestAllocations(t *testing.T) {
	for name, o := range map[string]accesslog.Options{
		"memory": {}, "logfmt": {Format: accesslog.Logfmt}, "sample": {Sample: accesslog.Sample{Every: 2, Slow: time.Second}},
		"ring": {Ring: openRing(t, filepath.Join(t.TempDir(), "ring"), 1<<20)},
	} {
		o.Writer = io.Discard
		l := accesslog.New(&o)
		h := l.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		r, w := httptest.NewRequest("GET", "/", nil), httptest.NewRecorder()
		if n := testing.AllocsPerRun(5000, func() { h.ServeHTTP(w, r) }); n > 0 {
			t.Errorf("%s: %v allocations a request", name, n)
		}
		app := slog.New(l.Handler(nil))
		if n := testing.AllocsPerRun(1000, func() { app.Info("hello", "n", 1) }); n > 0 {
			t.Errorf("%s: %v allocations a line of the application", name, n)
		}
		_ = l.Close()
	}
}
