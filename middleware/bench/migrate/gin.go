// Package migrate holds the code pairs of ../../MIGRATION.md: the same service written for another router and for this one.
package migrate

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/recovery"
	"github.com/hotpath-go/hotpath/middleware/router"
)

// fromGin is the service as gin has it.
func fromGin() http.Handler {
	gin.SetMode(gin.ReleaseMode)
	g := gin.New()
	g.Use(gin.CustomRecoveryWithWriter(nil, func(c *gin.Context, _ any) { c.AbortWithStatus(http.StatusInternalServerError) }))
	g.GET("/users/:id", func(c *gin.Context) { c.String(http.StatusOK, "user %s", c.Param("id")) })
	admin := g.Group("/admin", func(c *gin.Context) {
		if c.GetHeader("X-Key") != "secret" {
			c.AbortWithStatus(http.StatusForbidden)
		}
	})
	admin.DELETE("/users/:id", func(c *gin.Context) { c.Status(http.StatusNoContent) })
	g.GET("/files/*path", func(c *gin.Context) { c.String(http.StatusOK, "file %s", c.Param("path")[1:]) })
	return g
}

// afterGin is the same with middleware and router.
func afterGin() http.Handler {
	var t router.Table
	t.HandleFunc("GET /users/{id}", func(w http.ResponseWriter, r *http.Request) { text(w, "user "+r.PathValue("id")) })
	admin := t.Group("/admin", needKey)
	admin.HandleFunc("DELETE /users/{id}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	t.HandleFunc("GET /files/{path...}", func(w http.ResponseWriter, r *http.Request) { text(w, "file "+r.PathValue("path")) })
	return middleware.Stack{recovery.Piece(nil)}.Then(router.New(&t, nil))
}
