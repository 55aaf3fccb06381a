package migrate

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestRecipes(t *testing.T) { checkRecipes(t) }

// The gate runs benchmarks here, not tests.
func BenchmarkRecipes(b *testing.B) {
	checkRecipes(b)
	h, r := recipes(http.NotFoundHandler()), httptest.NewRequest("GET", "/", nil)
	for b.Loop() {
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
}

func checkRecipes(tb testing.TB) {
	h := recipes(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { text(w, strings.Repeat("hello ", 1000)) }))
	ask := func(method, origin, encoding string) *httptest.ResponseRecorder {
		w, r := httptest.NewRecorder(), httptest.NewRequest(method, "/", nil)
		r.Header.Set("Origin", origin)
		r.Header.Set("Accept-Encoding", encoding)
		r.Header.Set("Access-Control-Request-Method", "PUT")
		h.ServeHTTP(w, r)
		return w
	}
	if w := ask("GET", "https://app.example", "gzip"); w.Header().Get("Content-Encoding") != "gzip" || w.Body.Len() > 1000 ||
		w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Access-Control-Allow-Origin") != "https://app.example" {
		tb.Errorf("%d bytes, %v", w.Body.Len(), w.Header())
	}
	if w := ask("GET", "https://evil.example", "identity"); w.Body.Len() != 6000 || w.Header().Get("Access-Control-Allow-Origin") != "" {
		tb.Errorf("%d bytes, %v", w.Body.Len(), w.Header())
	}
	if w := ask("OPTIONS", "https://app.example", ""); w.Code != 204 || w.Header().Get("Access-Control-Allow-Methods") == "" {
		tb.Errorf("preflight %d, %v", w.Code, w.Header())
	}
	if w := ask("OPTIONS", "https://evil.example", ""); w.Code != 200 {
		tb.Errorf("foreign preflight %d: it goes to the handler", w.Code)
	}
}
