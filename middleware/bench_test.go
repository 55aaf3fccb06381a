package middleware_test

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime/debug"
	"strconv"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/accesslog"
	"github.com/hotpath-go/hotpath/middleware/recovery"
	"github.com/hotpath-go/hotpath/middleware/requestid"
)

// null is a writer with the optional interfaces of net/http's HTTP/1.1 writer that does nothing.
type null struct{ header http.Header }

func newNull() *null { return &null{http.Header{}} }

func (n *null) Header() http.Header                          { return n.header }
func (n *null) Write(p []byte) (int, error)                  { return len(p), nil }
func (n *null) WriteHeader(int)                              {}
func (n *null) WriteString(s string) (int, error)            { return len(s), nil }
func (n *null) ReadFrom(r io.Reader) (int64, error)          { return io.Copy(io.Discard, r) }
func (n *null) Flush()                                       {}
func (n *null) FlushError() error                            { return nil }
func (n *null) Hijack() (net.Conn, *bufio.ReadWriter, error) { return nil, nil, http.ErrNotSupported }
func (n *null) CloseNotify() <-chan bool                     { return nil }
func (n *null) SetReadDeadline(time.Time) error              { return nil }
func (n *null) SetWriteDeadline(time.Time) error             { return nil }
func (n *null) EnableFullDuplex() error                      { return nil }

var (
	body   = []byte("hello")
	answer = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(200)
		_, _ = w.Write(body)
	})
)

func request() *http.Request {
	r := httptest.NewRequest("GET", "/v1/users/42", nil)
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36")
	return r
}

func serve(b *testing.B, h http.Handler) {
	w, r := newNull(), request()
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(w, r)
	}
}

func pass(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(w, r) })
}

func BenchmarkChain(b *testing.B) {
	for _, n := range []int{1, 5, 10} {
		b.Run(fmt.Sprintf("n=%d/hand-nested", n), func(b *testing.B) {
			h := http.Handler(answer)
			for range n {
				h = pass(h)
			}
			serve(b, h)
		})
		b.Run(fmt.Sprintf("n=%d/Chain", n), func(b *testing.B) {
			var c middleware.Chain
			for range n {
				c = append(c, pass)
			}
			serve(b, c.Then(answer))
		})
	}
}

// naive is the wrapper every code base has: it hides every optional interface.
type naive struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (n *naive) WriteHeader(code int) { n.status = code; n.ResponseWriter.WriteHeader(code) }
func (n *naive) Write(p []byte) (int, error) {
	c, err := n.ResponseWriter.Write(p)
	n.bytes += int64(c)
	return c, err
}

func wrapNaive(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(&naive{ResponseWriter: w}, r)
	})
}

func wrapOurs(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w, rec, owner := middleware.Wrap(w)
		if owner {
			defer rec.End()
		}
		next.ServeHTTP(w, r)
	})
}

func BenchmarkWrap(b *testing.B) {
	b.Run("none", func(b *testing.B) { serve(b, pass(answer)) })
	b.Run("naive-embed", func(b *testing.B) { serve(b, wrapNaive(answer)) })
	b.Run("Wrap", func(b *testing.B) { serve(b, wrapOurs(answer)) })
	b.Run("naive-embed-5-times", func(b *testing.B) { serve(b, wrapNaive(wrapNaive(wrapNaive(wrapNaive(wrapNaive(answer)))))) })
	b.Run("Wrap-5-times", func(b *testing.B) { serve(b, wrapOurs(wrapOurs(wrapOurs(wrapOurs(wrapOurs(answer)))))) })
}

func BenchmarkPiece(b *testing.B) {
	log := accesslog.New(&accesslog.Options{Writer: io.Discard, Buffer: 1 << 28})
	defer log.Close()
	b.Run("recovery", func(b *testing.B) { serve(b, recovery.New(nil)(answer)) })
	b.Run("requestid", func(b *testing.B) { serve(b, requestid.New(nil)(answer)) })
	b.Run("accesslog", func(b *testing.B) { serve(b, log.Middleware(answer)) })
}

// stdStack is the same job written with the standard library alone, the way it usually is.
func stdStack(next http.Handler) http.Handler {
	log := slog.New(slog.NewJSONHandler(io.Discard, nil))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		id := strconv.FormatUint(uint64(start.UnixNano()), 16)
		n := &naive{ResponseWriter: w}
		defer func() {
			if v := recover(); v != nil {
				http.Error(n, "internal server error", 500)
				log.Error("panic", "value", v, "stack", debug.Stack())
			}
			log.LogAttrs(r.Context(), slog.LevelInfo, "request", slog.String("method", r.Method), slog.String("path", r.URL.Path),
				slog.Int("status", n.status), slog.Int64("bytes", n.bytes), slog.Duration("duration", time.Since(start)),
				slog.String("request_id", id), slog.String("remote_addr", r.RemoteAddr), slog.String("user_agent", r.UserAgent()))
		}()
		w.Header().Set("X-Request-Id", id)
		next.ServeHTTP(n, r)
	})
}

func BenchmarkStack(b *testing.B) {
	b.Run("slog+naive", func(b *testing.B) { serve(b, stdStack(answer)) })
	b.Run("fused-pieces", func(b *testing.B) {
		// A loop without a server outruns any writer; a dropped line is cheaper, so the share is shown.
		log := accesslog.New(&accesslog.Options{Writer: io.Discard, Buffer: 1 << 28})
		serve(b, middleware.Chain{log.Middleware, requestid.New(nil), recovery.New(nil)}.Then(answer))
		if err := log.Close(); err != nil {
			b.Fatal(err)
		}
		s := log.Stats()
		b.ReportMetric(100*float64(s.Dropped)/float64(s.Handed), "dropped-%")
	})
}
