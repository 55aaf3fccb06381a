package compat

import (
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/labstack/echo/v4"
	"github.com/valyala/fasthttp"

	"github.com/hotpath-go/hotpath/keepalive"
)

const limit = 3

// Each framework's handler answers with the address of the connection.
var handlers = map[string]func() http.Handler{
	"net/http": func() http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.RemoteAddr) })
	},
	"gin": func() http.Handler {
		gin.SetMode(gin.ReleaseMode)
		g := gin.New()
		g.POST("/", func(c *gin.Context) { c.String(http.StatusOK, c.Request.RemoteAddr) })
		return g
	},
	"echo": func() http.Handler {
		e := echo.New()
		e.POST("/", func(c echo.Context) error { return c.String(http.StatusOK, c.Request().RemoteAddr) })
		return e
	},
	"chi": func() http.Handler {
		c := chi.NewRouter()
		c.Post("/", func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.RemoteAddr) })
		return c
	},
}

// serveHTTP is the whole installation for whatever is an http.Handler.
func serveHTTP(t *testing.T, policy *keepalive.Policy, h http.Handler) (url string) {
	ln := listen(t)
	srv := &http.Server{Handler: h}
	policy.Configure(srv)
	done := make(chan error, 1)
	go func() { done <- srv.Serve(policy.Listener(ln)) }()
	t.Cleanup(func() {
		_ = srv.Shutdown(t.Context())
		if err := <-done; err != http.ErrServerClosed {
			t.Error(err)
		}
	})
	return "http://" + ln.Addr().String()
}

// serveFasthttp asks the policy for each request. The idle timeout is
// fasthttp's own: what Configure would set, by hand.
func serveFasthttp(t *testing.T, policy *keepalive.Policy, h fasthttp.RequestHandler) (url string) {
	ln := listen(t)
	srv := &fasthttp.Server{
		IdleTimeout: policy.IdleTimeout + policy.Grace,
		Logger:      quiet{},
		Handler: func(ctx *fasthttp.RequestCtx) {
			if policy.Last(ctx.Conn()) {
				ctx.SetConnectionClose()
			} else {
				ctx.Response.Header.Set("Keep-Alive", policy.KeepAlive())
			}
			h(ctx)
		},
		MaxIdleWorkerDuration: 50 * time.Millisecond,
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(policy.Listener(ln)) }()
	t.Cleanup(func() {
		_ = ln.Close()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return "http://" + ln.Addr().String()
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}

func listen(t *testing.T) net.Listener {
	ln, err := keepalive.ListenConfig{}.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

func policy() *keepalive.Policy {
	return &keepalive.Policy{MaxRequests: limit, IdleTimeout: 30 * time.Second, Grace: 5 * time.Second}
}

func TestEveryFrameworkTurnsOverWithoutErrors(t *testing.T) {
	for name, handler := range handlers {
		t.Run(name, func(t *testing.T) { turnOver(t, serveHTTP(t, policy(), handler())) })
	}
	t.Run("fasthttp", func(t *testing.T) {
		turnOver(t, serveFasthttp(t, policy(), func(ctx *fasthttp.RequestCtx) { ctx.SetBodyString(ctx.RemoteAddr().String()) }))
	})
}

// turnOver sends bodies that cannot be repeated, so that no retry hides a race.
func turnOver(t *testing.T, url string) {
	const workers, each = 4, 30
	client := &http.Transport{MaxIdleConnsPerHost: workers}
	defer client.CloseIdleConnections()
	var mu sync.Mutex
	conns := make(map[string][]string) // the hints on each; the order of two workers' answers is not known
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range each {
				conn, hint, err := post(client, url)
				mu.Lock()
				conns[conn] = append(conns[conn], hint)
				if err != nil || hint != "close" && hint != "timeout=30" {
					t.Errorf("request on %s: hint %q, %v", conn, hint, err)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for conn, hints := range conns {
		ends := 0
		for _, h := range hints {
			if h == "close" {
				ends++
			}
		}
		if len(hints) > limit || ends != len(hints)/limit {
			t.Errorf("%s: %q", conn, hints)
		}
	}
	if len(conns) < workers*each/limit {
		t.Errorf("%d connections, want at least %d", len(conns), workers*each/limit)
	}
}

// post returns what the server called the connection and how it goes on.
func post(client *http.Transport, url string) (conn, hint string, err error) {
	req, err := http.NewRequest("POST", url+"/", struct{ io.Reader }{strings.NewReader("x")})
	if err != nil {
		return "", "", err
	}
	resp, err := client.RoundTrip(req)
	if err != nil {
		return "", "", err
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if hint = resp.Header.Get("Keep-Alive"); resp.Close {
		hint = "close" + hint
	}
	return string(b), hint, err
}
