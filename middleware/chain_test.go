package middleware_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/middleware"
)

func tag(name string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Add("Order", name)
			next.ServeHTTP(w, r)
		})
	}
}

func order(h http.Handler) string {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	return strings.Join(w.Header()["Order"], "")
}

func TestChainOrder(t *testing.T) {
	end := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	base := middleware.Chain{tag("a"), tag("b")}
	base = append(base, tag("c"))[:2] // spare capacity that With must not write into
	x, y := base.With(tag("x")), base.With(tag("y"), tag("z"))
	for _, tt := range []struct {
		chain middleware.Chain
		want  string
	}{{nil, ""}, {base, "ab"}, {x, "abx"}, {y, "abyz"}, {base[:3], "abc"}} {
		if got := order(tt.chain.Then(end)); got != tt.want {
			t.Errorf("order %q, want %q", got, tt.want)
		}
	}
}

func TestChainComposesOnce(t *testing.T) {
	composed := 0
	h := middleware.Chain{func(next http.Handler) http.Handler { composed++; return next }}.Then(http.NotFoundHandler())
	order(h)
	order(h)
	if composed != 1 {
		t.Errorf("composed %d times for two requests, want once", composed)
	}
}

func TestChainMisusePanicsWithTheCure(t *testing.T) {
	for cure, f := range map[string]func(){
		"http.NotFoundHandler()":  func() { middleware.Chain{}.Then(nil) },
		"Chain[1] is nil":         func() { middleware.Chain{tag("a"), nil}.Then(http.NotFoundHandler()) },
		"return next to leave it": func() { middleware.Chain{func(http.Handler) http.Handler { return nil }}.Then(http.NotFoundHandler()) },
	} {
		func() {
			defer func() {
				if v, _ := recover().(string); !strings.Contains(v, cure) {
					t.Errorf("panic %q does not contain %q", v, cure)
				}
			}()
			f()
		}()
	}
}
