package migrate

import (
	"net/http"
	"slices"

	"github.com/klauspost/compress/gzhttp"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/recovery"
)

// secure sets headers that hold for every answer; a handler may overwrite them.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
		h.Set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'")
		h.Set("Strict-Transport-Security", "max-age=63072000") // browsers heed it over TLS only
		next.ServeHTTP(w, r)
	})
}

// cors lets pages of the given origins read answers, and asks before they send more than a form could.
func cors(origins ...string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h, origin := w.Header(), r.Header.Get("Origin")
			h.Add("Vary", "Origin")
			if !slices.Contains(origins, origin) {
				next.ServeHTTP(w, r)
				return
			}
			h.Set("Access-Control-Allow-Origin", origin)
			if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
				h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE")
				h.Set("Access-Control-Allow-Headers", "Content-Type")
				h.Set("Access-Control-Max-Age", "600")
				w.WriteHeader(http.StatusNoContent)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// recipes puts them in order: compression innermost, so that log and metrics count the bytes that were sent.
func recipes(api http.Handler) http.Handler {
	return middleware.Chain{
		recovery.New(nil),
		secure,
		cors("https://app.example"),
		func(h http.Handler) http.Handler { return gzhttp.GzipHandler(h) },
	}.Then(api)
}
