// Package problem answers with RFC 9457 problem documents.
package problem

import (
	"net/http"
	"strconv"

	"github.com/hotpath-go/hotpath/middleware/internal/quote"
)

// stale names what a handler may have set for the body it meant to send; it would be untrue of the problem document.
var stale = []string{
	"Accept-Ranges", "Content-Disposition", "Content-Encoding", "Content-Language", "Content-Length", "Content-Range",
	"Etag", "Expires", "Last-Modified", "Trailer", "Transfer-Encoding",
}

// Answer writes a document that says no more than the status does, and the request id, which leads to the log line. Nothing of
// the final response may have been written.
func Answer(w http.ResponseWriter, status int, requestID string) {
	h := w.Header()
	for _, name := range stale {
		delete(h, name)
	}
	h["Content-Type"] = []string{"application/problem+json"}
	h["Cache-Control"] = []string{"no-store"}
	h["X-Content-Type-Options"] = []string{"nosniff"}
	w.WriteHeader(status)
	// A client that has gone needs no answer, so the error is nobody's.
	_, _ = w.Write(document(status, requestID))
}

func document(status int, requestID string) []byte {
	b := append([]byte(nil), `{"type":"about:blank","title":`...)
	b = quote.Append(b, http.StatusText(status), 0)
	b = strconv.AppendInt(append(b, `,"status":`...), int64(status), 10)
	if requestID != "" {
		b = quote.Append(append(b, `,"request_id":`...), requestID, 0)
	}
	return append(b, "}\n"...)
}
