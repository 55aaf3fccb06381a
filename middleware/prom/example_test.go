package prom_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotpath-go/hotpath/middleware/metrics"
	"github.com/hotpath-go/hotpath/middleware/prom"
)

func ExampleNew() {
	m := metrics.New(nil)
	registry := prometheus.NewRegistry()
	registry.MustRegister(prom.New(m))
	m.Middleware(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	families, err := registry.Gather()
	fmt.Println(err, families[0].GetName(), families[0].GetMetric()[0].GetHistogram().GetSampleCount())
	// Output: <nil> http_request_duration_seconds 1
}
