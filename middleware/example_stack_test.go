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
	"github.com/hotpath-go/hotpath/middleware/router"
)

func ExampleStack() {
	log := accesslog.New(&accesslog.Options{Writer: os.Stderr})
	defer log.Close()
	h := middleware.Stack{
		log,
		requestid.Piece(nil),
		recovery.Piece(nil),
	}.Then(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello, ", requestid.Value(w)) }))

	w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)
	r.Header.Set("X-Request-Id", "abc")
	h.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Body)
	// Output: 200 hello, abc
}

// closed is a piece that answers itself while the house is closed.
type closed struct{ now bool }

func (c *closed) Enter(x *middleware.Exchange) bool {
	if c.now {
		http.Error(x.Writer, "come back later", http.StatusServiceUnavailable)
	}
	return !c.now
}

func (c *closed) Leave(x *middleware.Exchange) { fmt.Println("served", x.Path) }

func ExamplePiece() {
	door := new(closed)
	h := middleware.Stack{door}.Then(http.NotFoundHandler())
	for _, door.now = range []bool{false, true} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", "/x", nil))
		fmt.Println(w.Code)
	}
	// Output:
	// served /x
	// 404
	// 503
}

// lastWord sees how each request ended.
type lastWord struct{}

func (lastWord) Enter(x *middleware.Exchange) bool { return true }
func (lastWord) Leave(x *middleware.Exchange) {
	fmt.Println(x.Method, x.Path, x.Record.Status(), x.Record.Bytes(), x.Returned)
}

func ExampleExchange() {
	h := middleware.Stack{lastWord{}}.Then(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello") }))
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/x", nil))
	// Output: GET /x 200 5 true
}

func ExampleMatch() {
	route := func(next http.Handler) http.Handler { // a piece further out sees what the router found
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w, rec, owner := middleware.Wrap(w)
			if owner {
				defer rec.End()
			}
			next.ServeHTTP(w, r)
			m := rec.Match()
			fmt.Println(m.Pattern(), m.Value("id"))
		})
	}
	var t router.Table
	t.HandleFunc("GET /users/{id}", func(http.ResponseWriter, *http.Request) {})
	route(router.New(&t, nil)).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/users/42", nil))
	// Output: GET /users/{id} 42
}

// digits is a piece that answers with the path's digits. What it builds them in is its own, and serves request after request.
type digits struct{}

type scratch struct{ b []byte }

func (digits) Enter(x *middleware.Exchange) bool {
	s := middleware.Local[scratch](x)
	s.b = s.b[:0]
	for _, c := range []byte(x.Path) {
		if '0' <= c && c <= '9' {
			s.b = append(s.b, c)
		}
	}
	_, _ = x.Writer.Write(s.b)
	return false
}

func (digits) Leave(*middleware.Exchange) {}

func ExampleLocal() {
	w := httptest.NewRecorder()
	middleware.Stack{digits{}}.Then(http.NotFoundHandler()).ServeHTTP(w, httptest.NewRequest("GET", "/users/42/orders/7", nil))
	fmt.Println(w.Body)
	// Output: 427
}
