package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

func user(w io.Writer, id string) { fmt.Fprintf(w, "user %s\n", id) }

// echo sends the body back, up to the stack's limit. The stack would answer for it, but in gin it would be too late.
func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	_, _ = w.Write(body)
}

// slow looks at its context, as a query of a database does: past the deadline the stack answers 503.
func slow(w http.ResponseWriter, r *http.Request) {
	select {
	case <-time.After(time.Minute):
	case <-r.Context().Done():
	}
}

func boom(http.ResponseWriter, *http.Request) { panic("boom") }
