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
	m := metrics.New(nil)
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
	// Output: http_request_duration_seconds_count{code="2xx",route="GET /users/{id}"} 2
}

func ExampleOptions() {
	m := metrics.New(&metrics.Options{Buckets: []time.Duration{50 * time.Millisecond, 200 * time.Millisecond}})
	h := m.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(60 * time.Millisecond) }))
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	w := new(strings.Builder)
	_, _ = m.WriteTo(w)
	fmt.Println(strings.Contains(w.String(), `le="0.05"} 0`), strings.Contains(w.String(), `le="+Inf"} 1`))
	// Output: true true
}

func ExampleSeries() {
	m := metrics.New(&metrics.Options{Buckets: []time.Duration{time.Hour}})
	m.Middleware(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	for s := range m.Series() {
		fmt.Println(s.Route, s.Code, s.Count, "in", m.Buckets(), s.Within)
	}
	// Output: unmatched 4xx 1 in [1h0m0s] [1]
}
