package health_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/hotpath-go/hotpath/middleware/health"
)

func ExampleHealth() {
	h := health.New(&health.Options{Delay: time.Millisecond})
	look := func() {
		w := httptest.NewRecorder()
		h.Ready().ServeHTTP(w, httptest.NewRequest("GET", "/readyz", nil))
		fmt.Print(w.Code, " ", w.Body)
	}
	look()
	srv := httptest.NewServer(h.Middleware(http.NotFoundHandler()))
	defer srv.Close()
	fmt.Println(h.Drain(context.Background(), srv.Config.Shutdown)) // after SIGTERM
	look()
	// Output:
	// 200 ready
	// <nil>
	// 503 draining
}

func ExampleCheck() {
	database := health.Check{Name: "database", Run: func(context.Context) error { return errors.New("no route to host") }}
	h := health.New(&health.Options{Checks: []health.Check{database}})
	w := httptest.NewRecorder()
	h.Ready().ServeHTTP(w, httptest.NewRequest("GET", "/readyz", nil))
	fmt.Print(w.Code, " ", w.Body)
	// Output: 503 not ready: database
}

func ExampleOptions() {
	h := health.New(&health.Options{Delay: 10 * time.Second, CacheFor: 2 * time.Second, CheckTimeout: 500 * time.Millisecond})
	w := httptest.NewRecorder()
	h.Live().ServeHTTP(w, httptest.NewRequest("GET", "/livez", nil))
	fmt.Print(w.Body)
	// Output: live
}
