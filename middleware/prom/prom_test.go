package prom_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/hotpath-go/hotpath/middleware/metrics"
	"github.com/hotpath-go/hotpath/middleware/prom"
)

// busy are metrics that have counted: several routes and classes, one of them with a name that needs care.
func busy() *metrics.Metrics {
	m := metrics.New(nil)
	for i, pattern := range []string{"GET /users/{id}", "a\"b\\c\nd", "", "\xff"} {
		h := m.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Pattern = pattern
			w.WriteHeader(200 + 100*i)
		}))
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	}
	return m
}

func lint(t *testing.T, text []byte) {
	t.Helper()
	problems, err := promlint.New(bytes.NewReader(text)).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("%v, %v\n%s", problems, err, text)
	}
}

// What the module writes by itself is what a registry makes of the same counts.
func TestTextIsThatOfARegistry(t *testing.T) {
	m := busy()
	var own bytes.Buffer
	if _, err := m.WriteTo(&own); err != nil {
		t.Fatal(err)
	}
	lint(t, own.Bytes())
	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(prom.New(m)); err != nil {
		t.Fatal(err)
	}
	if err := testutil.GatherAndCompare(registry, bytes.NewReader(own.Bytes())); err != nil {
		t.Error(err)
	}
	if problems, err := testutil.GatherAndLint(registry); err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
	if n := testutil.CollectAndCount(prom.New(m)); n != 4 {
		t.Errorf("%d series, want 4", n)
	}
}
