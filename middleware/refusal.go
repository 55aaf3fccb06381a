package middleware

import (
	"errors"
	"net/http"
)

// ErrHandlerDone is what a writer answers that was used after its handler had returned.
var ErrHandlerDone = errors.New("middleware: response writer used after its handler returned")

// refusal is what Unwrap gives after the end: a writer that leads nowhere. It is safe for concurrent use.
type refusal struct{}

func (refusal) Header() http.Header       { return http.Header{} }
func (refusal) Write([]byte) (int, error) { return 0, ErrHandlerDone }
func (refusal) WriteHeader(int)           {}
