package bench

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/accesslog"
	"github.com/hotpath-go/hotpath/middleware/metrics"
)

// clock is a piece that does what log and metrics share: two readings of the clock. What a piece beside it adds is its own price.
type clock struct{}

func (clock) Enter(x *middleware.Exchange) bool { x.Start(); x.UserAgent(); return true }
func (clock) Leave(x *middleware.Exchange)      { Sink += int(x.Took() & 1) }

// line is a logger as a piece, which logs the same fields with the same values.
type line func(x *middleware.Exchange)

func (line) Enter(x *middleware.Exchange) bool { x.Start(); x.UserAgent(); return true }
func (l line) Leave(x *middleware.Exchange)    { l(x) }

// through runs a piece around a handler that answers five bytes.
func through(pieces ...middleware.Piece) func(n int) {
	w, r := NewNull(), httptest.NewRequest("GET", "/v1/users/42/orders", nil)
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36")
	h := middleware.Stack(pieces).Then(http.HandlerFunc(answer))
	return func(n int) {
		for range n {
			h.ServeHTTP(w, r)
		}
	}
}

// Logs write a line of ten fields for each request to nowhere.
func Logs() []Work {
	const kase = "access log"
	memory, wait := newLog(accesslog.Options{})
	ring, waitRing := newLog(accesslog.Options{Ring: newRing()})
	return []Work{
		{kase, "no log", false, through(clock{})},
		{kase, "hotpath", true, wait(through(clock{}, memory))},
		{kase, "hotpath, ring", true, waitRing(through(clock{}, ring))},
		{kase, "zerolog", false, through(clock{}, line(zerologLine()))},
		{kase, "slog", false, through(clock{}, line(slogPiece()))},
		{kase, "zap", false, through(clock{}, line(zapLine()))},
	}
}

// newRing opens a ring in memory, where one belongs.
func newRing() *accesslog.Ring {
	dir, err := os.MkdirTemp("/dev/shm", "bench")
	if err == nil {
		defer os.RemoveAll(dir) // the mapping stays
		var r *accesslog.Ring
		if r, err = accesslog.OpenRing(filepath.Join(dir, "ring"), 16<<20); err == nil {
			return r
		}
	}
	panic(err)
}

func zerologLine() line {
	log := zerolog.New(io.Discard)
	return func(x *middleware.Exchange) {
		log.Info().Time("time", x.Start()).Str("method", x.Method).Str("path", x.Path).Int("status", x.Status()).Int64("bytes", x.Record.Bytes()).
			Dur("duration_ms", x.Took()).Str("request_id", x.Record.RequestID()).Str("remote_addr", x.RemoteAddr).Str("user_agent", x.UserAgent()).Send()
	}
}

func slogPiece() line {
	log := slog.New(slog.NewJSONHandler(io.Discard, nil))
	return func(x *middleware.Exchange) {
		log.LogAttrs(x.Request.Context(), slog.LevelInfo, "request", slog.String("method", x.Method), slog.String("path", x.Path), slog.Int("status", x.Status()),
			slog.Int64("bytes", x.Record.Bytes()), slog.Duration("duration", x.Took()), slog.String("request_id", x.Record.RequestID()),
			slog.String("remote_addr", x.RemoteAddr), slog.String("user_agent", x.UserAgent()))
	}
}

func zapLine() line {
	log := zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(io.Discard), zap.InfoLevel))
	return func(x *middleware.Exchange) {
		log.Info("request", zap.String("method", x.Method), zap.String("path", x.Path), zap.Int("status", x.Status()),
			zap.Int64("bytes", x.Record.Bytes()), zap.Duration("duration", x.Took()), zap.String("request_id", x.Record.RequestID()),
			zap.String("remote_addr", x.RemoteAddr), zap.String("user_agent", x.UserAgent()))
	}
}

// Counts count requests by route and class, with a histogram.
func Counts() []Work {
	const kase = "metrics"
	m := metrics.New(nil)
	route := pattern{"GET /v1/users/{id}/orders"}
	bound := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "x", Buckets: make14()}, []string{"route", "code"})
	labels := bound.WithLabelValues(route.text, "2xx")
	return []Work{
		{kase, "no metrics", false, through(clock{}, route)},
		{kase, "hotpath", true, through(clock{}, m, route)},
		{kase, "hotpath, two threads", true, twice(func() func(int) { return through(clock{}, m, route) })},
		{kase, "no metrics, two threads", false, twice(func() func(int) { return through(clock{}, route) })},
		{kase, "client_golang, HistogramVec.WithLabelValues", false, through(clock{}, route, line(func(x *middleware.Exchange) {
			bound.WithLabelValues(x.Request.Pattern, "2xx").Observe(x.Took().Seconds())
		}))},
		{kase, "client_golang, one bound Histogram", false, through(clock{}, route, line(func(x *middleware.Exchange) { labels.Observe(x.Took().Seconds()) }))},
	}
}

// pattern does what a router does for metrics.
type pattern struct{ text string }

func (p pattern) Enter(x *middleware.Exchange) bool { x.Request.Pattern = p.text; return true }
func (pattern) Leave(*middleware.Exchange)          {}

func make14() (b []float64) {
	for _, d := range metrics.New(nil).Buckets() {
		b = append(b, d.Seconds())
	}
	return b
}

// twice runs half of n on each of two threads.
func twice(make func() func(int)) func(n int) {
	a, b := make(), make()
	return func(n int) {
		var wg sync.WaitGroup
		wg.Go(func() { a(n - n/2) })
		b(n / 2)
		wg.Wait()
	}
}
