package bench

import (
	"net/http"
	"net/http/httptest"

	"github.com/felixge/httpsnoop"

	"github.com/hotpath-go/hotpath/middleware"
)

// Loop returns a function that serves n requests of c with p. All have one http.Request, as a server's are hot in the cache; what
// differs is its method and path.
func (c Case) Loop(p Peer) func(n int) { return c.loop(p.Build(c.Routes), p.Copy) }

func (c Case) loop(h http.Handler, fresh bool) func(n int) {
	return c.prepared(h, fresh, func(*http.Request) {})
}

// prepared is loop with a request that prepare has changed.
func (c Case) prepared(h http.Handler, fresh bool, prepare func(*http.Request)) func(n int) {
	w := NewNull()
	base := httptest.NewRequest("GET", "/", nil)
	prepare(base)
	next := 0
	return func(n int) {
		var scratch http.Request
		for range n {
			r := base
			if fresh {
				scratch = *r
				r = &scratch
			}
			r.Method, r.URL.Path = c.Requests[next].Method, c.Requests[next].Path
			if next++; next == len(c.Requests) {
				next = 0
			}
			h.ServeHTTP(w, r)
		}
	}
}

// Wrapper is a way to see what a handler answers.
type Wrapper struct {
	Name string
	Ours bool
	Loop func(n int)
}

var hello = []byte("hello")

// answer is the handler inside: a status and a body.
func answer(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(hello)
}

// Wrappers are the ways in the order of the table; the first is the handler alone.
func Wrappers() []Wrapper {
	return []Wrapper{
		{"no wrapper", false, wrapped(answer)},
		{"hotpath, Wrap", true, wrapped(func(w http.ResponseWriter, r *http.Request) {
			w, rec, owner := middleware.Wrap(w)
			if owner {
				defer rec.End()
			}
			answer(w, r)
			Sink += rec.Status()
		})},
		{"embedding, hides all interfaces", false, wrapped(func(w http.ResponseWriter, r *http.Request) {
			n := &naive{ResponseWriter: w}
			answer(n, r)
			Sink += n.status
		})},
		{"httpsnoop.Wrap", false, wrapped(func(w http.ResponseWriter, r *http.Request) {
			status := 0
			answer(httpsnoop.Wrap(w, httpsnoop.Hooks{WriteHeader: func(next httpsnoop.WriteHeaderFunc) httpsnoop.WriteHeaderFunc {
				return func(code int) { status = code; next(code) }
			}}), r)
			Sink += status
		})},
	}
}

type naive struct {
	http.ResponseWriter
	status int
}

func (n *naive) WriteHeader(code int) { n.status = code; n.ResponseWriter.WriteHeader(code) }

func wrapped(h http.HandlerFunc) func(n int) {
	w, r := NewNull(), httptest.NewRequest("GET", "/", nil)
	return func(n int) {
		for range n {
			h.ServeHTTP(w, r)
		}
	}
}
