package migrate

import (
	"net/http"

	"github.com/julienschmidt/httprouter"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/router"
)

// fromHTTPRouter is the service as httprouter has it.
func fromHTTPRouter() http.Handler {
	m := httprouter.New()
	m.GET("/users/:id", func(w http.ResponseWriter, _ *http.Request, p httprouter.Params) { text(w, "user "+p.ByName("id")) })
	m.Handler("DELETE", "/admin/users/:id", needKey(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })))
	m.GET("/files/*path", func(w http.ResponseWriter, _ *http.Request, p httprouter.Params) {
		text(w, "file "+p.ByName("path")[1:])
	})
	return m
}

// afterHTTPRouter is the same with router: a Func gets its match as an argument, as httprouter's handles get their parameters.
func afterHTTPRouter() http.Handler {
	var t router.Table
	t.Handle("GET /users/{id}", router.Func(func(w http.ResponseWriter, _ *http.Request, m middleware.Match) { text(w, "user "+m.Value("id")) }))
	t.Group("/admin", needKey).HandleFunc("DELETE /users/{id}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	t.Handle("GET /files/{path...}", router.Func(func(w http.ResponseWriter, _ *http.Request, m middleware.Match) { text(w, "file "+m.Value("path")) }))
	return router.New(&t, nil)
}
