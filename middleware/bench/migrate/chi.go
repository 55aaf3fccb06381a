package migrate

import (
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
	chiware "github.com/go-chi/chi/v5/middleware"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/deadline"
	"github.com/hotpath-go/hotpath/middleware/limit"
	"github.com/hotpath-go/hotpath/middleware/recovery"
	"github.com/hotpath-go/hotpath/middleware/requestid"
	"github.com/hotpath-go/hotpath/middleware/router"
)

// fromChi is the service as chi has it.
func fromChi() http.Handler {
	c := chi.NewRouter()
	c.Use(chiware.RequestID, chiware.Recoverer, chiware.Throttle(1000), chiware.Timeout(2*time.Second))
	c.Get("/users/{id}", func(w http.ResponseWriter, r *http.Request) { text(w, "user "+chi.URLParam(r, "id")) })
	c.Route("/admin", func(c chi.Router) {
		c.Use(needKey)
		c.Delete("/users/{id}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	})
	c.Get("/files/*", func(w http.ResponseWriter, r *http.Request) { text(w, "file "+chi.URLParam(r, "*")) })
	return c
}

// afterChi is the same with middleware and router.
func afterChi() http.Handler {
	var t router.Table
	t.HandleFunc("GET /users/{id}", func(w http.ResponseWriter, r *http.Request) { text(w, "user "+router.Value(w, "id")) })
	admin := t.Group("/admin", needKey)
	admin.HandleFunc("DELETE /users/{id}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	t.HandleFunc("GET /files/{path...}", func(w http.ResponseWriter, r *http.Request) { text(w, "file "+router.Value(w, "path")) })
	return middleware.Stack{
		requestid.Piece(nil),
		recovery.Piece(nil),
		limit.NewConcurrency(&limit.ConcurrencyOptions{Max: 1000}),
		deadline.Piece(&deadline.Options{Timeout: 2 * time.Second}),
	}.Then(router.New(&t, &router.Options{NoPathValue: true}))
}
