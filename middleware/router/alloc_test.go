//go:build !race

package router

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/hotpath-go/hotpath/middleware"
)

type nullWriter struct{ header http.Header }

func (n nullWriter) Header() http.Header         { return n.header }
func (n nullWriter) Write(p []byte) (int, error) { return len(p), nil }
func (n nullWriter) WriteHeader(int)             {}

func TestAllocations(t *testing.T) {
	total := 0
	var table Table
	table.Handle("GET /direct/{a}/{b}/{c...}", Func(func(w http.ResponseWriter, r *http.Request, m middleware.Match) {
		total += len(m.Value("a")) + len(m.Value("b")) + len(m.Value("c"))
	}))
	table.HandleFunc("GET /value/{a}/{b}", func(w http.ResponseWriter, r *http.Request) { total += len(Value(w, "a")) + len(Value(w, "b")) })
	table.HandleFunc("GET /static/x", nothing)
	table.HandleFunc("GET /tree/", nothing)
	fast, slow := New(&table, &Options{NoPathValue: true}), New(&table, nil)
	for _, tt := range []struct {
		h      http.Handler
		target string
		want   float64
	}{
		{fast, "/direct/x/y/z/z", 0},
		{fast, "/value/x/y", 0}, // AllocsPerRun rounds down: Wrap allocates once for many requests
		{fast, "/static/x", 0},
		{fast, "/tree/a/b", 0},
		{slow, "/value/x/y", 2},
	} {
		w, base := nullWriter{http.Header{}}, httptest.NewRequest("GET", tt.target, nil)
		r := new(http.Request)
		if got := testing.AllocsPerRun(2000, func() { *r = *base; tt.h.ServeHTTP(w, r) }); got != tt.want {
			t.Errorf("%s: %v allocations, want %v", tt.target, got, tt.want)
		}
	}
	if total == 0 {
		t.Error("no value was read")
	}
}
