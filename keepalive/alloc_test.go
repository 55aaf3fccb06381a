//go:build !race

package keepalive_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
)

func TestPolicyDoesNotAllocate(t *testing.T) {
	a, b := net.Pipe()
	defer func() { _, _ = a.Close(), b.Close() }()
	for name, p := range map[string]*keepalive.Policy{
		"advertise":    {},
		"max requests": {MaxRequests: 1 << 30},
		"max age":      {MaxAge: time.Hour},
		"last":         {MaxRequests: 1},
	} {
		h := p.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		r := httptest.NewRequestWithContext(p.ConnContext(t.Context(), a), "GET", "/", nil)
		w := &sink{make(http.Header)}
		if n := testing.AllocsPerRun(1000, func() { h.ServeHTTP(w, r) }); n != 0 {
			t.Errorf("%s: %v allocations for each request, want 0", name, n)
		}
	}
}
