package main

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
)

// apis are the same three routes in each framework's way.
var apis = map[string]func() http.Handler{"nethttp": viaServeMux, "gin": viaGin, "chi": viaChi}

func viaServeMux() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /users/{id}", func(w http.ResponseWriter, r *http.Request) { user(w, r.PathValue("id")) })
	mux.HandleFunc("POST /echo", echo)
	mux.HandleFunc("GET /slow", slow)
	mux.HandleFunc("GET /boom", boom)
	return mux
}

// viaGin tells the stack which route it was: gin does not set Request.Pattern itself. And for a handler that wrote nothing gin says 200, before
// the stack could say that it was late.
func viaGin() http.Handler {
	gin.SetMode(gin.ReleaseMode)
	g := gin.New()
	g.HandleMethodNotAllowed = true
	g.Use(func(c *gin.Context) {
		if c.FullPath() != "" {
			c.Request.Pattern = c.Request.Method + " " + c.FullPath()
		}
		c.Next()
		if !c.Writer.Written() && c.Request.Context().Err() != nil {
			c.AbortWithStatus(http.StatusServiceUnavailable)
		}
	})
	g.GET("/users/:id", func(c *gin.Context) { user(c.Writer, c.Param("id")) })
	g.POST("/echo", gin.WrapF(echo))
	g.GET("/slow", gin.WrapF(slow))
	g.GET("/boom", gin.WrapF(boom))
	return g
}

// viaChi tells the stack which route it was: chi sets Request.Pattern in a copy of the request.
func viaChi() http.Handler {
	c := chi.NewRouter()
	c.Get("/users/{id}", func(w http.ResponseWriter, r *http.Request) { user(w, chi.URLParam(r, "id")) })
	c.Post("/echo", echo)
	c.Get("/slow", slow)
	c.Get("/boom", boom)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		routed := chi.NewRouteContext()
		defer func() {
			if p := routed.RoutePattern(); p != "" {
				r.Pattern = r.Method + " " + p
			}
		}()
		c.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), chi.RouteCtxKey, routed)))
	})
}
