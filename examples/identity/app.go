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

// clientTimeout bounds a post of audit events, whichever variant's transport carries it.
const clientTimeout = 10 * time.Second

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

// serveAsset is net/http's full answer: conditions, ranges, HEAD.
func serveAsset(w http.ResponseWriter, r *http.Request, name string, asset *Asset) {
	w.Header().Set("Content-Type", asset.Type)
	w.Header().Set("Etag", asset.ETag)
	http.ServeContent(w, r, name, asset.ModTime, asset)
}

// newServer is what both variants' servers have in common: no request may take forever to arrive.
func newServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}
