package recovery

import (
	"net/http"

	"github.com/hotpath-go/hotpath/middleware/internal/quote"
)

// stale names what a handler may have set for the body it meant to send; it would be untrue of the problem document.
var stale = []string{
	"Accept-Ranges", "Content-Disposition", "Content-Encoding", "Content-Language", "Content-Length", "Content-Range",
	"Etag", "Expires", "Last-Modified", "Trailer", "Transfer-Encoding",
}

func answer(w http.ResponseWriter, requestID string) {
	h := w.Header()
	for _, name := range stale {
		h.Del(name)
	}
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(http.StatusInternalServerError)
	// A client that has gone needs no answer, so the error is nobody's.
	_, _ = w.Write(problem(requestID))
}

// problem says nothing about the panic: its text may hold secrets. The request id leads to the log line that has it all.
func problem(requestID string) []byte {
	b := []byte(`{"type":"about:blank","title":"Internal Server Error","status":500`)
	if requestID != "" {
		b = quote.Append(append(b, `,"request_id":`...), requestID)
	}
	return append(b, "}\n"...)
}
