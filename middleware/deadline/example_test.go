package deadline_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/hotpath-go/hotpath/middleware/deadline"
)

func ExampleOptions() {
	h := deadline.New(&deadline.Options{
		Timeout:   10 * time.Millisecond,
		OnTimeout: func(r *http.Request) { fmt.Println(r.URL.Path, "was late") },
	})(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done() // a query that takes the context would return here
	}))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/report", nil))
	fmt.Print(w.Code, " ", w.Body)
	// Output:
	// /report was late
	// 503 {"type":"about:blank","title":"Service Unavailable","status":503}
}

func ExampleExtend() {
	h := deadline.New(&deadline.Options{Timeout: time.Minute})(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/export" {
			fmt.Println(deadline.Extend(r.Context(), time.Hour))
		}
	}))
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/export", nil))
	// Output: true
}
