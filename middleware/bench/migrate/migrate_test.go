package migrate

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

var pairs = []struct {
	name          string
	before, after func() http.Handler
}{{"gin", fromGin, afterGin}, {"chi", fromChi, afterChi}, {"httprouter", fromHTTPRouter, afterHTTPRouter}}

func ask(h http.Handler, method, path, key string) *httptest.ResponseRecorder {
	w, r := httptest.NewRecorder(), httptest.NewRequest(method, path, nil)
	r.Header.Set("X-Key", key)
	h.ServeHTTP(w, r)
	return w
}

// same fails unless both answer alike.
func same(tb testing.TB, before, after http.Handler) {
	for _, q := range [][3]string{
		{"GET", "/users/42", ""}, {"GET", "/users/a%20b", ""}, {"GET", "/files/a/b.txt", ""}, {"DELETE", "/admin/users/1", "secret"},
		{"DELETE", "/admin/users/1", ""}, {"GET", "/nowhere", ""},
	} {
		got, want := ask(after, q[0], q[1], q[2]), ask(before, q[0], q[1], q[2])
		if got.Code != want.Code || got.Code < 300 && (got.Body.String() != want.Body.String() || got.Header().Get("Content-Type") != want.Header().Get("Content-Type")) {
			tb.Errorf("%v: %d %q, was %d %q", q, got.Code, got.Body, want.Code, want.Body)
		}
	}
}

func TestPairsAnswerAlike(t *testing.T) {
	for _, p := range pairs {
		t.Run(p.name, func(t *testing.T) { same(t, p.before(), p.after()) })
	}
}

// The gate runs benchmarks here, not tests: a pair that differs fails in both.
func BenchmarkPairs(b *testing.B) {
	for _, p := range pairs {
		same(b, p.before(), p.after())
		for name, h := range map[string]http.Handler{"before": p.before(), "after": p.after()} {
			b.Run(p.name+"/"+name, func(b *testing.B) {
				r := httptest.NewRequest("GET", "/users/42", nil)
				for b.Loop() {
					h.ServeHTTP(httptest.NewRecorder(), r)
				}
			})
		}
	}
}
