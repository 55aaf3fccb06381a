package bench

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
	chiware "github.com/go-chi/chi/v5/middleware"
	"github.com/go-chi/httprate"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/accesslog"
	"github.com/hotpath-go/hotpath/middleware/deadline"
	"github.com/hotpath-go/hotpath/middleware/limit"
	"github.com/hotpath-go/hotpath/middleware/metrics"
	"github.com/hotpath-go/hotpath/middleware/recovery"
	"github.com/hotpath-go/hotpath/middleware/requestid"
	"github.com/hotpath-go/hotpath/middleware/router"
)

// Work is something to be done n times.
type Work struct {
	Case, Name string
	Ours       bool
	Loop       func(n int)
}

// Stacks are id, recover, deadline, in-flight and per-IP limit, metrics and JSON log around GitHub's routes, each request a fresh one,
// as a server's are.
func Stacks() []Work {
	const kase = "full stack"
	c := Cases()[0]
	log, wait := newLog(accesslog.Options{})
	all := middleware.Stack{
		log, requestid.Piece(nil), metrics.New(nil), recovery.Piece(nil),
		limit.NewConcurrency(nil), limit.NewRate(&limit.RateOptions{Every: 1, Burst: 1 << 30}),
	}
	timed := append(all[:len(all):len(all)], deadline.Piece(nil))
	named := func(h http.Handler) func(n int) {
		return c.prepared(h, true, func(r *http.Request) { r.Header["X-Request-Id"] = []string{"4bf92f3577b34da6a3ce929d0e0e4736"} })
	}
	return []Work{
		{kase, "hotpath", true, wait(c.loop(timed.Then(api(c.Routes)), true))},
		{kase, "hotpath, the client sends an id", true, wait(named(timed.Then(api(c.Routes))))},
		{kase, "hotpath, without deadline", true, wait(c.loop(all.Then(api(c.Routes)), true))},
		{kase, "hotpath, without deadline, the client sends an id", true, wait(named(all.Then(api(c.Routes))))},
		{kase, "chi and its middlewares, httprate, promhttp, slog", false, c.loop(chiStack(c.Routes), true)},
	}
}

// newLog returns a log whose writer keeps up, and what adds a wait for it to a loop: lines that are dropped are not the same work.
func newLog(o accesslog.Options) (*accesslog.Log, func(func(int)) func(int)) {
	o.Writer = io.Discard
	if o.Ring == nil {
		o.Buffer = 16 << 20
	}
	log := accesslog.New(&o)
	return log, func(loop func(int)) func(int) {
		return func(n int) {
			loop(n)
			if err := log.Flush(context.Background()); err != nil || log.Stats().Dropped > 0 {
				panic("bench: lines were dropped")
			}
		}
	}
}

// api reads the last wildcard and writes five bytes.
func api(routes []Route) http.Handler {
	t := new(router.Table)
	for _, r := range routes {
		name := last(r)
		t.Handle(r.Method+" "+r.Path, router.Func(func(w http.ResponseWriter, r *http.Request, m middleware.Match) {
			Sink += len(m.Value(name))
			_, _ = w.Write(hello)
		}))
	}
	return router.New(t, nil)
}

func chiStack(routes []Route) http.Handler {
	registry := prometheus.NewRegistry()
	inFlight := prometheus.NewGauge(prometheus.GaugeOpts{Name: "in_flight_requests"})
	count := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "requests_total"}, []string{"code", "method"})
	took := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "request_duration_seconds"}, []string{"code", "method"})
	registry.MustRegister(inFlight, count, took)
	m := chi.NewRouter()
	m.Use(chiware.RequestID, slogLine, func(next http.Handler) http.Handler {
		return promhttp.InstrumentHandlerInFlight(inFlight, promhttp.InstrumentHandlerCounter(count, promhttp.InstrumentHandlerDuration(took, next)))
	}, chiware.Recoverer, chiware.Throttle(1024), httprate.LimitByIP(1<<30, time.Minute), chiware.Timeout(30*time.Second))
	for _, r := range routes {
		name := last(r)
		m.Method(r.Method, r.Path, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if name != "" {
				Sink += len(chi.URLParam(r, name))
			}
			_, _ = w.Write(hello)
		}))
	}
	return m
}

// slogLine is the usual access log beside chi.
func slogLine(next http.Handler) http.Handler {
	log := slog.New(slog.NewJSONHandler(io.Discard, nil))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, ww := time.Now(), chiware.NewWrapResponseWriter(w, r.ProtoMajor)
		defer func() {
			log.LogAttrs(r.Context(), slog.LevelInfo, "request", slog.String("method", r.Method), slog.String("path", r.URL.Path),
				slog.Int("status", ww.Status()), slog.Int("bytes", ww.BytesWritten()), slog.Duration("duration", time.Since(start)),
				slog.String("request_id", chiware.GetReqID(r.Context())), slog.String("remote_addr", r.RemoteAddr), slog.String("user_agent", r.UserAgent()))
		}()
		next.ServeHTTP(ww, r)
	})
}
