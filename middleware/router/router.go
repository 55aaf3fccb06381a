package router

import (
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/internal/option"
)

// Options is a value: New copies it. It changes what a Router does.
type Options struct {
	// NoPathValue leaves Request.PathValue empty, which saves two allocations for a request whose pattern has wildcards. Value
	// and Func work either way. Zero means PathValue works.
	NoPathValue bool
	// RefuseAmbiguous answers 400 to a path that a handler could take for another one than the router did: an escaped slash,
	// backslash or NUL, an escape that is escaped itself, a segment that is nothing but dots, also before spaces or a semicolon, and
	// CONNECT to a path with empty segments. Zero means http.ServeMux's way: they are text.
	RefuseAmbiguous bool
}

// A Router is safe for concurrent use. It serves the routes of a Table.
type Router struct {
	options Options
	// table is published whole: a request loads it once and sees one table from beginning to end.
	table atomic.Pointer[compiled]
}

// New returns a router for the routes that t has now. Nil means the zero Options.
func New(t *Table, o *Options) *Router {
	rt := &Router{options: option.Of(o)}
	rt.Replace(t)
	return rt
}

// Replace makes rt serve the routes that t has now, and them alone. Requests that have begun go on with the old ones; no
// request waits, and none sees a mixture. A table that did not change since it was last given to a router costs a pointer.
func (rt *Router) Replace(t *Table) {
	if t == nil {
		panic("router: nil table: new(router.Table) is one without routes")
	}
	if t.ready == nil {
		t.ready = compile(t)
	}
	rt.table.Store(t.ready)
}

// Routes returns the routes that are served, in the order they were added.
func (rt *Router) Routes() []Route { return list(rt.table.Load().routes) }

// Value returns what the wildcard called name took of the path, "" if there is none. It finds the match through any writer
// that has Unwrap.
func Value(w http.ResponseWriter, name string) string { return middleware.MatchOf(w).Value(name) }

// ServeHTTP calls the handler of the route that matches r, and sets r.Pattern. All else is answered as http.ServeMux does.
func (rt *Router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := rt.table.Load()
	if m := c.quick(r); m != nil {
		r.Pattern = m.pattern.Text
		rt.serve(m, r.URL.Path, w, r)
		return
	}
	rt.decide(c, w, r)
}

func (rt *Router) serve(m *route, path string, w http.ResponseWriter, r *http.Request) {
	if m.direct != nil {
		m.direct(w, r, middleware.NewMatch(&m.pattern, path))
		return
	}
	if len(m.pattern.Wilds) == 0 {
		m.public.Handler.ServeHTTP(w, r)
		return
	}
	rt.serveWild(m, path, w, r)
}

func (rt *Router) serveWild(m *route, path string, w http.ResponseWriter, r *http.Request) {
	w, rec, owner := middleware.Wrap(w)
	if owner {
		defer rec.End()
	}
	rec.SetMatch(middleware.NewMatch(&m.pattern, path))
	if !rt.options.NoPathValue {
		for i := range m.pattern.Wilds {
			wild := &m.pattern.Wilds[i]
			r.SetPathValue(wild.Name, m.pattern.Value(wild, path))
		}
	}
	m.public.Handler.ServeHTTP(w, r)
}

func (rt *Router) decide(c *compiled, w http.ResponseWriter, r *http.Request) {
	if r.RequestURI == "*" {
		if r.ProtoAtLeast(1, 1) {
			w.Header().Set("Connection", "close")
		}
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if rt.options.RefuseAmbiguous && ambiguous(r) {
		http.Error(w, "400 ambiguous path", http.StatusBadRequest)
		return
	}
	f := c.find(r)
	r.Pattern = f.pattern
	switch {
	case f.redirect != nil:
		http.RedirectHandler(f.redirect.String(), http.StatusTemporaryRedirect).ServeHTTP(w, r)
	case f.route != nil:
		rt.serve(f.route, f.path, w, r)
	case len(f.allow) > 0:
		w.Header().Set("Allow", strings.Join(f.allow, ", "))
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
	default:
		http.NotFound(w, r)
	}
}
