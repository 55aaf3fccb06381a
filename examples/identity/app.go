package main

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"time"
)

// App is what a variant serves: the domain and the little around it that has no variants.
type App struct {
	*Service
	assets  *Assets
	drain   *Drain
	logOut  io.Writer    // where request lines go
	log     *slog.Logger // the program's own lines, same place
	variant string
	debug   bool
}

func (a *App) healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	io.WriteString(w, "ok\n")
}

func (a *App) readyz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if !a.drain.Ready() {
		w.WriteHeader(http.StatusServiceUnavailable)
		io.WriteString(w, "draining\n")
		return
	}
	io.WriteString(w, "ok\n")
}

func (a *App) stats(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(a.drain.stats(a.variant))
}

// allowAsset gives w a static file's time instead of an answer's. A writer that cannot set it keeps the shorter one.
func allowAsset(w http.ResponseWriter) {
	http.NewResponseController(w).SetWriteDeadline(time.Now().Add(patience.asset))
}

// describeAsset says what the file is, and that no browser is to guess otherwise from its bytes.
func describeAsset(h http.Header, asset *Asset) {
	h.Set("Content-Type", asset.Type)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Etag", asset.ETag)
}

// serveAsset is net/http's full answer: conditions, ranges, HEAD.
func serveAsset(w http.ResponseWriter, r *http.Request, name string, asset *Asset) {
	describeAsset(w.Header(), asset)
	http.ServeContent(w, r, name, asset.ModTime, asset)
}

// patience is how long a client may take: no request may arrive forever, and no answer be taken forever. Tests have less.
var patience = struct{ header, read, write, asset, idle time.Duration }{
	header: 5 * time.Second,
	read:   10 * time.Second,
	write:  15 * time.Second, // from the end of the header: the body's time and the wait for a hash are in it
	asset:  time.Minute,      // instead of write: a static file may be large and the line slow
	idle:   2 * time.Minute,
}

// newServer is what both variants' servers have in common.
func newServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: patience.header,
		ReadTimeout:       patience.read,
		WriteTimeout:      patience.write,
		IdleTimeout:       patience.idle,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}
