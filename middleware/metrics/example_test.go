package metrics_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/hotpath-go/hotpath/middleware/metrics"
)

func ExampleMetrics() {
	m := metrics.New(metrics.Options{})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /users/{id}", func(http.ResponseWriter, *http.Request) {})
	mux.Handle("GET /metrics", m.Handler())
	h := m.Middleware(mux)
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/users/1", nil))
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/users/2", nil))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for line := range strings.Lines(w.Body.String()) {
		if strings.Contains(line, "_count") {
			fmt.Print(line)
		}
	}
	// Output: http_request_duration_seconds_count{route="GET /users/{id}",code="2xx"} 2
}

func ExampleOptions() {
	m := metrics.New(metrics.Options{Buckets: []time.Duration{50 * time.Millisecond, 200 * time.Millisecond}})
	h := m.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(60 * time.Millisecond) }))
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	w := new(strings.Builder)
	_, _ = m.WriteTo(w)
	fmt.Println(strings.Contains(w.String(), `le="0.05"} 0`), strings.Contains(w.String(), `code="2xx",le="+Inf"} 1`))
	// Output: true true
}
