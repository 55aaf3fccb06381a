package main

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/hotpath-go/hotpath/codec"
)

func netHTTP(s *store) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /events", s.list)
	mux.HandleFunc("POST /events", s.create)
	return mux
}

// chi's handlers are those of net/http.
func chiRouter(s *store) http.Handler {
	r := chi.NewRouter()
	r.Get("/events", s.list)
	r.Post("/events", s.create)
	return r
}

func (s *store) list(w http.ResponseWriter, _ *http.Request) {
	if err := codec.Write(w, http.StatusOK, s.page()); err != nil {
		codec.WriteProblem(w, codec.ProblemFor(err))
	}
}

func (s *store) create(w http.ResponseWriter, r *http.Request) {
	var e Event
	if err := codec.Read(w, r, &e, bodyLimit); err != nil {
		codec.WriteProblem(w, codec.ProblemFor(err))
		return
	}
	s.add(e)
	codec.Write(w, http.StatusCreated, &e)
}
