package main

import (
	"fmt"
	"net/http"

	"github.com/hotpath-go/hotpath/zerocopy"
)

func nethttpHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /hello/{name}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "Hello, %s!\n", r.PathValue("name"))
	})
	mux.HandleFunc("GET /page", func(w http.ResponseWriter, r *http.Request) {
		zerocopy.Reply(w, r, page)
	})
	return mux
}
