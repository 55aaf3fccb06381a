package main

import (
	"fmt"
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/hotpath-go/hotpath/zerocopy"
)

func chiHandler() http.Handler {
	c := chi.NewRouter()
	c.Get("/hello/{name}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "Hello, %s!\n", chi.URLParam(r, "name"))
	})
	c.Get("/page", func(w http.ResponseWriter, r *http.Request) {
		zerocopy.Reply(w, r, page)
	})
	return c
}
