package bench

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/julienschmidt/httprouter"
	"github.com/labstack/echo/v5"
	"github.com/uptrace/bunrouter"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/router"
)

// Sink receives what the handlers read. A benchmark runs on one goroutine.
var Sink int

// Peer builds a router. Each handler reads the last wildcard by name, in the router's cheapest way.
type Peer struct {
	Name  string
	Ours  bool
	Build func([]Route) http.Handler
	// Copy says that each request is a copy, because the router leaves something in it that would make the next one cheaper.
	Copy bool
}

// Peers are the routers in the order of the tables.
func Peers() []Peer {
	return []Peer{
		{Name: "hotpath, Func", Ours: true, Build: oursFunc},
		{Name: "hotpath, Value(w)", Ours: true, Build: oursValue},
		{Name: "hotpath, PathValue", Ours: true, Build: oursPathValue, Copy: true},
		{Name: "ServeMux", Build: serveMux},
		{Name: "httprouter", Build: buildHTTPRouter},
		{Name: "gin", Build: buildGin},
		{Name: "chi", Build: buildChi},
		{Name: "echo", Build: buildEcho},
		{Name: "bunrouter", Build: buildBunrouter},
	}
}

func last(r Route) string {
	if len(r.Wilds) == 0 {
		return ""
	}
	return r.Wilds[len(r.Wilds)-1]
}

var braces = regexp.MustCompile(`\{(\w+)\}`)

func colons(path string) string { return braces.ReplaceAllString(path, ":$1") }

func oursFunc(routes []Route) http.Handler { return router.New(table(routes), nil) }

func table(routes []Route) *router.Table {
	t := new(router.Table)
	for _, r := range routes {
		name := last(r)
		t.Handle(r.Method+" "+r.Path, router.Func(func(w http.ResponseWriter, r *http.Request, m middleware.Match) { Sink += len(m.Value(name)) }))
	}
	return t
}

func oursValue(routes []Route) http.Handler {
	return ours(routes, &router.Options{NoPathValue: true}, func(w http.ResponseWriter, r *http.Request, name string) { Sink += len(router.Value(w, name)) })
}

func oursPathValue(routes []Route) http.Handler {
	return ours(routes, nil, func(w http.ResponseWriter, r *http.Request, name string) { Sink += len(r.PathValue(name)) })
}

func ours(routes []Route, o *router.Options, read func(http.ResponseWriter, *http.Request, string)) http.Handler {
	var t router.Table
	for _, r := range routes {
		t.HandleFunc(r.Method+" "+r.Path, plain(r, read))
	}
	return router.New(&t, o)
}

// plain: a handler of a route without wildcards reads nothing, as in life.
func plain(r Route, read func(http.ResponseWriter, *http.Request, string)) http.HandlerFunc {
	name := last(r)
	if name == "" {
		return func(http.ResponseWriter, *http.Request) { Sink++ }
	}
	return func(w http.ResponseWriter, r *http.Request) { read(w, r, name) }
}

func serveMux(routes []Route) http.Handler {
	m := http.NewServeMux()
	for _, r := range routes {
		m.HandleFunc(r.Method+" "+r.Path, plain(r, func(w http.ResponseWriter, r *http.Request, name string) { Sink += len(r.PathValue(name)) }))
	}
	return m
}

func buildHTTPRouter(routes []Route) http.Handler {
	m := httprouter.New()
	for _, r := range routes {
		name := last(r)
		m.Handle(r.Method, colons(r.Path), func(w http.ResponseWriter, r *http.Request, p httprouter.Params) { Sink += len(p.ByName(name)) })
	}
	return m
}

func buildGin(routes []Route) http.Handler {
	gin.SetMode(gin.ReleaseMode)
	m := gin.New()
	for _, r := range routes {
		name := last(r)
		m.Handle(r.Method, colons(r.Path), func(c *gin.Context) { Sink += len(c.Param(name)) })
	}
	return m
}

func buildChi(routes []Route) http.Handler {
	m := chi.NewRouter()
	for _, r := range routes {
		m.Method(r.Method, r.Path, plain(r, func(w http.ResponseWriter, r *http.Request, name string) { Sink += len(chi.URLParam(r, name)) }))
	}
	return m
}

func buildEcho(routes []Route) http.Handler {
	m := echo.New()
	for _, r := range routes {
		name := last(r)
		m.Add(r.Method, colons(r.Path), func(c *echo.Context) error {
			if name != "" {
				Sink += len(c.Param(name))
			}
			return nil
		})
	}
	return m
}

func buildBunrouter(routes []Route) http.Handler {
	m := bunrouter.New()
	for _, r := range routes {
		name := last(r)
		m.Handle(r.Method, strings.TrimSpace(colons(r.Path)), func(w http.ResponseWriter, r bunrouter.Request) error {
			if name != "" {
				Sink += len(r.Param(name))
			}
			return nil
		})
	}
	return m
}
