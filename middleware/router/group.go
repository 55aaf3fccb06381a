package router

import (
	"net/http"
	"slices"
	"strings"

	"github.com/hotpath-go/hotpath/middleware"
)

// A Group is not safe for concurrent use, as its Table. It adds routes to that, with a prefix before their paths and middlewares
// around their handlers.
type Group struct {
	table  *Table
	prefix string
	chain  middleware.Chain
}

// Group returns a group inside g: its prefix comes after g's, its middlewares stand inside g's.
func (g *Group) Group(prefix string, m ...func(http.Handler) http.Handler) *Group {
	return &Group{table: g.table, prefix: g.prefix + trim(prefix), chain: slices.Concat(g.chain, m)}
}

// Add adds a route as Table.Add does, with g's prefix and middlewares. In the table it has the whole pattern.
func (g *Group) Add(r Route) error {
	// A malformed pattern or handler is the table's to refuse.
	if i := strings.IndexByte(r.Pattern, '/'); i >= 0 {
		r.Pattern = r.Pattern[:i] + g.prefix + r.Pattern[i:]
	}
	if len(g.chain) > 0 && !isNil(r.Handler) {
		r.Handler = g.chain.Then(r.Handler)
	}
	return g.table.Add(r)
}

// Handle adds a route and panics where Add returns an error.
func (g *Group) Handle(pattern string, h http.Handler) {
	if err := g.Add(Route{Pattern: pattern, Handler: h}); err != nil {
		panic(err)
	}
}

// HandleFunc is Handle for a function.
func (g *Group) HandleFunc(pattern string, f func(http.ResponseWriter, *http.Request)) {
	g.Handle(pattern, http.HandlerFunc(f))
}

// trim: the slash between a prefix and a path is the path's.
func trim(prefix string) string {
	if prefix = strings.TrimRight(prefix, "/"); prefix != "" && prefix[0] != '/' {
		panic("router: group prefix " + prefix + " does not start with a slash: hosts and methods stand in the routes' patterns")
	}
	return prefix
}
