package limit_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/limit"
)

func ExampleRate() {
	h := limit.NewRate(&limit.RateOptions{Every: time.Minute, Burst: 2}).Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for range 3 {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
		fmt.Println(w.Code, w.Header().Get("Retry-After") != "") // "60", a minute's seconds
	}
	// Output:
	// 200 false
	// 200 false
	// 429 true
}

// A key of the application's own: what has none is not limited.
func ExampleRateOptions() {
	logins := limit.NewRate(&limit.RateOptions{
		Every: time.Minute, Burst: 1,
		Key: func(r *http.Request) string { return r.Header.Get("X-Account") },
	})
	h := logins.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for _, account := range []string{"", "", "a", "a"} {
		w, r := httptest.NewRecorder(), httptest.NewRequest("POST", "/login", nil)
		r.Header.Set("X-Account", account)
		h.ServeHTTP(w, r)
		fmt.Print(w.Code, " ")
	}
	// Output: 200 200 200 429
}

func ExampleConcurrency() {
	c := limit.NewConcurrency(&limit.ConcurrencyOptions{Max: 1})
	var h http.Handler
	h = c.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inner := httptest.NewRecorder()
		h.ServeHTTP(inner, r) // while the first one runs
		fmt.Println(c.Running(), inner.Code, c.Refused())
	}))
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	// Output: 1 503 1
}

func ExampleConcurrencyOptions() {
	c := limit.NewConcurrency(&limit.ConcurrencyOptions{Max: 512, RetryAfter: 2 * time.Second})
	fmt.Println(c.Running())
	// Output: 0
}

func ExampleBody() {
	h := middleware.Stack{limit.NewBody(&limit.BodyOptions{Max: 4})}.Then(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("POST", "/", strings.NewReader("hello")))
	fmt.Print(w.Body)
	// Output: {"type":"about:blank","title":"Request Entity Too Large","status":413}
}

func ExampleBodyOptions() {
	fmt.Println(limit.BodyOptions{Max: 1 << 20}.Max)
	// Output: 1048576
}
