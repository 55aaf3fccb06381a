package middleware_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/accesslog"
	"github.com/hotpath-go/hotpath/middleware/recovery"
	"github.com/hotpath-go/hotpath/middleware/requestid"
)

func ExampleChain() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /hello", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "hello,", requestid.Value(w)) })
	mux.HandleFunc("GET /bug", func(http.ResponseWriter, *http.Request) { panic("a bug") })

	log := accesslog.New(&accesslog.Options{Writer: os.Stderr})
	defer log.Close() // after the server's Shutdown: writes what waits
	h := middleware.Chain{
		log.Middleware,
		requestid.New(nil),
		recovery.New(nil),
	}.Then(mux)

	for _, path := range []string{"/hello", "/bug"} {
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", path, nil)
		r.Header.Set("X-Request-Id", "abc")
		h.ServeHTTP(w, r)
		fmt.Print(w.Code, " ", w.Body)
	}
	// Output:
	// 200 hello, abc
	// 500 {"type":"about:blank","title":"Internal Server Error","status":500,"request_id":"abc"}
}

// A piece of one's own: it shares the writer with the others and sees what was answered.
func ExampleRecord() {
	teapots := 0
	count := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w, rec, owner := middleware.Wrap(w)
			if owner {
				defer rec.End()
			}
			next.ServeHTTP(w, r)
			if rec.Status() == http.StatusTeapot {
				teapots++
			}
		})
	}
	h := count(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	fmt.Println(teapots)
	// Output: 1
}
