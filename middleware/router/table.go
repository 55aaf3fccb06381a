package router

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/internal/pattern"
)

// Errors of Table.Add and URL, for errors.Is.
var (
	ErrPattern  = errors.New("router: bad pattern")
	ErrConflict = errors.New("router: conflicting patterns")
	ErrHandler  = errors.New("router: nil handler")
	ErrName     = errors.New("router: bad route name")
	ErrValue    = errors.New("router: bad wildcard value")
)

// A Func is as safe for concurrent use as the function it is; a Router calls it from many goroutines. It is a handler that gets its match as an argument, the fastest way to wildcard values. A Router that calls it directly,
// without middleware of a group between, does not wrap the writer.
type Func func(http.ResponseWriter, *http.Request, middleware.Match)

// ServeHTTP makes Func an http.Handler, for middleware and other routers.
func (f Func) ServeHTTP(w http.ResponseWriter, r *http.Request) { f(w, r, middleware.MatchOf(w)) }

// A Route is a value. It is one line of a Table.
type Route struct {
	// Pattern is that of http.ServeMux: "[METHOD ][HOST]/[PATH]".
	Pattern string
	// Name is what URL knows the route by. Zero means it has none.
	Name string
	// Handler serves it.
	Handler http.Handler
}

// A Table is not safe for concurrent use, New and Replace included; the routers made of it are. It is a set of routes. The zero
// Table is empty and ready to use.
type Table struct {
	routes []route
	names  map[string]int // indices of routes
	hosts  map[string]*place
	wilds  map[string][]pattern.Wild // each list once, so that lookups in a large table read the same memory
	ready  *compiled                 // made of the routes, nil if one was added since
}

// route is a Route that was accepted. It is never changed.
type route struct {
	direct  Func // the handler, if it is one; what a lookup reads stands close together
	pattern pattern.Pattern
	public  Route
}

// Add adds a route, or says why not: the pattern is malformed, or conflicts with one that is there, as http.ServeMux defines
// it, or the name is taken. The error names both patterns.
func (t *Table) Add(r Route) error {
	if isNil(r.Handler) {
		return fmt.Errorf("%w for %q", ErrHandler, r.Pattern)
	}
	p, err := pattern.Parse(r.Pattern)
	if err != nil {
		return fmt.Errorf("%w %q: %w", ErrPattern, r.Pattern, err)
	}
	if other, taken := t.names[r.Name]; taken {
		return fmt.Errorf("%w: %q is both %q and %q", ErrName, r.Name, t.routes[other].pattern.Text, r.Pattern)
	}
	if other := t.hosts[p.Host].conflict(p); other != nil {
		return fmt.Errorf("%w: %q and %q: %s", ErrConflict, r.Pattern, other.Text, pattern.Describe(p, other))
	}
	t.add(p, r)
	return nil
}

func isNil(h http.Handler) bool {
	switch h := h.(type) {
	case nil:
		return true
	case http.HandlerFunc:
		return h == nil
	case Func:
		return h == nil
	}
	return false
}

func (t *Table) add(p *pattern.Pattern, r Route) {
	if t.hosts == nil {
		t.hosts, t.names, t.wilds = map[string]*place{}, map[string]int{}, map[string][]pattern.Wild{}
	}
	t.ready = nil
	p.Wilds = t.intern(p.Wilds)
	if r.Name != "" {
		t.names[r.Name] = len(t.routes)
	}
	if t.hosts[p.Host] == nil {
		t.hosts[p.Host] = new(place)
	}
	t.hosts[p.Host].add(p)
	direct, _ := r.Handler.(Func)
	t.routes = append(t.routes, route{direct, *p, r})
}

func (t *Table) intern(wilds []pattern.Wild) []pattern.Wild {
	if len(wilds) == 0 {
		return nil
	}
	var key []byte
	for _, w := range wilds {
		key = fmt.Appendf(key, "%s %d %d %t ", w.Name, w.Segment, w.After, w.Multi)
	}
	if t.wilds[string(key)] == nil {
		t.wilds[string(key)] = wilds
	}
	return t.wilds[string(key)]
}

// Handle adds a route and panics where Add returns an error.
func (t *Table) Handle(pattern string, h http.Handler) { t.Group("").Handle(pattern, h) }

// HandleFunc is Handle for a function.
func (t *Table) HandleFunc(pattern string, f func(http.ResponseWriter, *http.Request)) {
	t.Handle(pattern, http.HandlerFunc(f))
}

// Group returns a group of routes that share a prefix of their paths and middlewares, the outermost first.
func (t *Table) Group(prefix string, m ...func(http.Handler) http.Handler) *Group {
	return &Group{table: t, prefix: trim(prefix), chain: slices.Clone(m)}
}

// Routes returns the routes in the order they were added. A group's handlers have its middlewares around them.
func (t *Table) Routes() []Route { return list(t.routes) }

func list(routes []route) []Route {
	out := make([]Route, len(routes))
	for i := range routes {
		out[i] = routes[i].public
	}
	return out
}
