package matrix

import (
	"bufio"
	"bytes"
	"context"

	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/felixge/httpsnoop"
	gingzip "github.com/gin-contrib/gzip"
	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	chimw "github.com/go-chi/chi/v5/middleware"
	"github.com/gorilla/handlers"
	"github.com/klauspost/compress/gzhttp"
	"github.com/labstack/echo/v4"
	echomw "github.com/labstack/echo/v4/middleware"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/rs/zerolog/hlog"
	"github.com/urfave/negroni/v3"
	"github.com/zenazn/goji/web/mutil"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// naive is what most hand-written metrics middlewares are.
type naive struct {
	http.ResponseWriter
	size int64
}

func (n *naive) Write(p []byte) (int, error) {
	m, err := n.ResponseWriter.Write(p)
	n.size += int64(m)
	return m, err
}

// flusher is one that thought of streams, and not of ReadFrom.
type flusher struct{ naive }

func (f *flusher) Flush() { f.ResponseWriter.(http.Flusher).Flush() }

type mw = func(http.Handler) http.Handler

// around is a stack of one middleware.
func around(m func(counted *atomic.Int64) mw) func(http.HandlerFunc, *atomic.Int64) http.Handler {
	return func(h http.HandlerFunc, counted *atomic.Int64) http.Handler { return m(counted)(h) }
}

func plain(m mw) func(http.HandlerFunc, *atomic.Int64) http.Handler {
	return around(func(*atomic.Int64) mw { return m })
}

// stacks are in the order of the page in README.md.
func stacks() []stack {
	gin.SetMode(gin.ReleaseMode)
	return []stack{
		{name: "net/http", serve: plain(func(h http.Handler) http.Handler { return h }), memory: together, file: sendfile, stock: sendfile},
		{name: "ServeMux and StripPrefix", serve: plain(mux), memory: together, file: sendfile, stock: sendfile},
		{name: "gin", serve: ginStack(), memory: together, file: sendfile, stock: sendfile, counts: true},
		{name: "gin with gzip", serve: ginStack(gingzip.Gzip(gingzip.DefaultCompression)), memory: together, file: sendfile, stock: sendfile, zips: true},
		{name: "gin below otelhttp", serve: ginBelowOtel, memory: together, file: sendfile, stock: sendfile, counts: true},
		{name: "echo", serve: echoStack(), memory: together, file: sendfile, stock: sendfile, counts: true},
		{name: "echo with gzip", serve: echoStack(echomw.Gzip()), memory: together, file: sendfile, stock: sendfile, zips: true},
		{name: "echo with body dump", serve: echoDump, memory: together, file: copied, stock: sendfile, counts: true},
		{name: "chi", serve: chiStack, memory: together, file: sendfile, stock: sendfile, counts: true},
		{name: "chi with tee", serve: chiTee, memory: together, file: copied, stock: sendfile, counts: true},
		{name: "chi compress", serve: plain(chimw.Compress(5, "text/plain")), memory: together, file: copied, stock: sendfile, zips: true},
		{name: "httpsnoop", serve: snoop, memory: together, file: sendfile, stock: sendfile, counts: true},
		{name: "otelhttp", serve: otel, memory: together, file: sendfile, stock: sendfile, counts: true},
		{name: "gorilla log", serve: gorillaLog, memory: together, file: sendfile, stock: sendfile, counts: true},
		{name: "gorilla compress", serve: plain(func(h http.Handler) http.Handler { return handlers.CompressHandler(h) }), memory: together, file: sendfile, stock: sendfile, zips: true},
		{name: "negroni", serve: negroniStack, memory: together, file: sendfile, stock: sendfile, counts: true},
		{name: "promhttp", serve: prom, memory: together, file: sendfile, stock: sendfile, counts: true},
		{name: "gzhttp", serve: plain(func(h http.Handler) http.Handler { return gzhttp.GzipHandler(h) }), memory: together, file: copied, stock: sendfile, zips: true},
		{name: "zerolog hlog", serve: zerologStack, memory: together, file: sendfile, stock: sendfile, counts: true},
		{name: "goji mutil", serve: goji, memory: together, file: copied, stock: sendfile, counts: true},
		{name: "naive embed", serve: naiveStack, memory: together, file: copied, stock: sendfile, counts: true},
		{name: "naive embed with Flush", serve: flusherStack, memory: together, file: copied, stock: sendfile, counts: true},
		{name: "http.TimeoutHandler", serve: plain(timeout), memory: two, file: two, stock: copied},
	}
}

func mux(h http.Handler) http.Handler {
	m := http.NewServeMux()
	m.Handle("GET /{page}", http.StripPrefix("/", h))
	return m
}

func timeout(h http.Handler) http.Handler { return http.TimeoutHandler(h, time.Minute, "") }

func ginStack(mws ...gin.HandlerFunc) func(http.HandlerFunc, *atomic.Int64) http.Handler {
	return func(h http.HandlerFunc, counted *atomic.Int64) http.Handler {
		e := gin.New()
		e.Use(func(c *gin.Context) { c.Next(); counted.Store(int64(c.Writer.Size())) })
		e.Use(mws...)
		e.GET("/page.txt", func(c *gin.Context) { h(c.Writer, c.Request) })
		return e
	}
}

func ginBelowOtel(h http.HandlerFunc, counted *atomic.Int64) http.Handler {
	return otelhttp.NewHandler(ginStack()(h, counted), "x")
}

func echoStack(mws ...echo.MiddlewareFunc) func(http.HandlerFunc, *atomic.Int64) http.Handler {
	return func(h http.HandlerFunc, counted *atomic.Int64) http.Handler {
		e := echo.New()
		e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
			return func(c echo.Context) error {
				err := next(c)
				counted.Store(c.Response().Size)
				return err
			}
		})
		e.Use(mws...)
		e.GET("/page.txt", func(c echo.Context) error { h(c.Response(), c.Request()); return nil })
		return e
	}
}

func echoDump(h http.HandlerFunc, counted *atomic.Int64) http.Handler {
	var inner atomic.Int64
	return echoStack(echomw.BodyDump(func(_ echo.Context, _, body []byte) {
		if string(body) != content(len(body)) {
			panic("the dump has other bytes than the client")
		}
		counted.Store(int64(len(body)))
	}))(h, &inner)
}

func chiStack(h http.HandlerFunc, counted *atomic.Int64) http.Handler {
	r := chi.NewRouter()
	r.Get("/page.txt", func(w http.ResponseWriter, r *http.Request) {
		ww := chimw.NewWrapResponseWriter(w, r.ProtoMajor)
		h(ww, r)
		counted.Store(int64(ww.BytesWritten()))
	})
	return r
}

func chiTee(h http.HandlerFunc, counted *atomic.Int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var tee bytes.Buffer
		ww := chimw.NewWrapResponseWriter(w, r.ProtoMajor)
		ww.Tee(&tee)
		h(ww, r)
		if tee.String() != content(tee.Len()) {
			panic("the tee has other bytes than the client")
		}
		counted.Store(int64(tee.Len()))
	})
}

func snoop(h http.HandlerFunc, counted *atomic.Int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		counted.Store(httpsnoop.CaptureMetrics(h, w, r).Written)
	})
}

func otel(h http.HandlerFunc, counted *atomic.Int64) http.Handler {
	reader := sdkmetric.NewManualReader()
	wrapped := otelhttp.NewHandler(h, "x", otelhttp.WithMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))))
	var before int64
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		wrapped.ServeHTTP(w, r)
		now := responseBytes(reader)
		counted.Store(now - before)
		before = now
	})
}

func responseBytes(reader *sdkmetric.ManualReader) (sum int64) {
	var rm metricdata.ResourceMetrics
	if err := reader.Collect(context.Background(), &rm); err != nil {
		panic(err)
	}
	for _, sm := range rm.ScopeMetrics {
		for _, m := range sm.Metrics {
			if h, ok := m.Data.(metricdata.Histogram[int64]); ok && m.Name == "http.server.response.body.size" {
				for _, p := range h.DataPoints {
					sum += p.Sum
				}
			}
		}
	}
	return sum
}

// lastNumber hands the last field of each line to counted: a log's size.
type lastNumber struct{ counted *atomic.Int64 }

func (l lastNumber) Write(p []byte) (int, error) {
	sc := bufio.NewScanner(bytes.NewReader(p))
	for sc.Scan() {
		f := strings.Fields(sc.Text())
		if n, err := strconv.ParseInt(f[len(f)-1], 10, 64); err == nil {
			l.counted.Store(n)
		}
	}
	return len(p), nil
}

func gorillaLog(h http.HandlerFunc, counted *atomic.Int64) http.Handler {
	return handlers.LoggingHandler(lastNumber{counted}, h)
}

func negroniStack(h http.HandlerFunc, counted *atomic.Int64) http.Handler {
	n := negroni.New()
	n.UseFunc(func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
		next(w, r)
		counted.Store(int64(w.(negroni.ResponseWriter).Size()))
	})
	n.UseHandler(h)
	return n
}

func prom(h http.HandlerFunc, counted *atomic.Int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		size := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "size"}, nil)
		promhttp.InstrumentHandlerResponseSize(size, h).ServeHTTP(w, r)
		reg := prometheus.NewRegistry()
		reg.MustRegister(size)
		fams, err := reg.Gather()
		if err != nil {
			panic(err)
		}
		counted.Store(int64(fams[0].Metric[0].Histogram.GetSampleSum()))
	})
}

func zerologStack(h http.HandlerFunc, counted *atomic.Int64) http.Handler {
	return hlog.AccessHandler(func(_ *http.Request, _, size int, _ time.Duration) { counted.Store(int64(size)) })(h)
}

func goji(h http.HandlerFunc, counted *atomic.Int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := mutil.WrapWriter(w)
		h(p, r)
		counted.Store(int64(p.BytesWritten()))
	})
}

func naiveStack(h http.HandlerFunc, counted *atomic.Int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := &naive{ResponseWriter: w}
		h(n, r)
		counted.Store(n.size)
	})
}

func flusherStack(h http.HandlerFunc, counted *atomic.Int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f := &flusher{naive{ResponseWriter: w}}
		h(f, r)
		counted.Store(f.size)
	})
}
