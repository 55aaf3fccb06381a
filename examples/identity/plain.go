package main

import (
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

// plain is the service the way a good team writes it today: gin, encoding/json, the standard client, a slog line for
// each request.
type plain struct{ *App }

func openPlain(addr string, h http.Handler, log *slog.Logger) (*http.Server, net.Listener, error) {
	ln, err := net.Listen("tcp", addr)
	return newServer(h, log), ln, err
}

func plainClient() *http.Client { return newClient(http.DefaultTransport) }

func plainEvents(events []Event) ([]byte, error) { return json.Marshal(events) }

func newPlain(app *App) (h http.Handler, closeHandler func() error) {
	gin.SetMode(gin.ReleaseMode)
	p := plain{app}
	e := gin.New()
	e.SetTrustedProxies(nil)
	e.HandleMethodNotAllowed = true
	e.RedirectTrailingSlash = false // an API has one spelling for each path
	e.UseEscapedPath = true         // %2F is part of a name, not a separator
	e.Use(p.requestID, p.accessLog, gin.CustomRecoveryWithWriter(nil, p.recovered))
	e.NoRoute(func(c *gin.Context) { p.fail(c, ErrNoRoute) })
	e.NoMethod(func(c *gin.Context) { p.fail(c, ErrMethod) })

	get := func(path string, h gin.HandlerFunc) {
		e.GET(path, h)
		e.HEAD(path, h)
	}
	e.POST("/v1/users", p.register)
	e.POST("/v1/sessions", p.login)
	get("/v1/session", p.session)
	e.DELETE("/v1/session", p.logout)
	get("/v1/users/:id", p.user)
	get("/v1/audit", p.recentLogins)
	get("/healthz", gin.WrapF(p.healthz))
	get("/readyz", gin.WrapF(p.readyz))
	get("/static/*path", p.asset)
	get("/", p.asset)
	if p.debug {
		get("/debug/stats", gin.WrapF(p.stats))
	}
	return e, func() error { return nil }
}

func (p plain) register(c *gin.Context) {
	var in Registration
	if err := decodeStrict(c.Writer, c.Request, &in); err != nil {
		p.fail(c, err)
		return
	}
	u, err := p.Register(c.Request.Context(), in)
	if err != nil {
		p.fail(c, err)
		return
	}
	c.Header("Location", "/v1/users/"+u.ID)
	p.answer(c, http.StatusCreated, u.view())
}

func (p plain) login(c *gin.Context) {
	var in Credentials
	if err := decodeStrict(c.Writer, c.Request, &in); err != nil {
		p.fail(c, err)
		return
	}
	out, err := p.Login(c.Request.Context(), in, remoteHost(c.Request.RemoteAddr))
	if err != nil {
		p.fail(c, err)
		return
	}
	c.Header("Cache-Control", "no-store")
	p.answer(c, http.StatusCreated, out)
}

func (p plain) session(c *gin.Context) {
	token, _ := bearerToken(c.Request.Header["Authorization"])
	id, err := p.Session(c.Request.Context(), token)
	if err != nil {
		p.fail(c, err)
		return
	}
	c.Header("Cache-Control", "no-store")
	p.answer(c, http.StatusOK, id)
}

func (p plain) logout(c *gin.Context) {
	token, _ := bearerToken(c.Request.Header["Authorization"])
	if err := p.Logout(c.Request.Context(), token); err != nil {
		p.fail(c, err)
		return
	}
	c.Status(http.StatusNoContent)
}

func (p plain) user(c *gin.Context) {
	token, _ := bearerToken(c.Request.Header["Authorization"])
	u, err := p.User(c.Request.Context(), token, c.Param("id"))
	if err != nil {
		p.fail(c, err)
		return
	}
	c.Header("Cache-Control", "no-store")
	p.answer(c, http.StatusOK, u)
}

func (p plain) recentLogins(c *gin.Context) {
	limit, err := auditLimit(c.Query("limit"))
	if err != nil {
		p.fail(c, err)
		return
	}
	token, _ := bearerToken(c.Request.Header["Authorization"])
	out, err := p.RecentLogins(c.Request.Context(), token, limit)
	if err != nil {
		p.fail(c, err)
		return
	}
	c.Header("Cache-Control", "no-store")
	p.answer(c, http.StatusOK, out)
}

func (p plain) asset(c *gin.Context) {
	name := strings.TrimPrefix(c.Param("path"), "/")
	asset, err := p.assets.Open(name)
	if err != nil {
		p.fail(c, err)
		return
	}
	defer asset.Close()
	allowAsset(c.Writer)
	serveAsset(c.Writer, c.Request, name, &asset)
}

func (p plain) answer(c *gin.Context, status int, v any) {
	c.Header("Content-Type", "application/json") // gin would add a charset, which RFC 8259 does not define
	c.JSON(status, v)
}

func (p plain) fail(c *gin.Context, err error) {
	problem := problemOf(err, c.Writer.Header())
	if problem.Status == http.StatusInternalServerError {
		p.log.Error("request", "path", c.Request.URL.Path, "error", err)
	}
	c.Header("Content-Type", problemType)
	c.JSON(problem.Status, problem)
}

func (p plain) recovered(c *gin.Context, cause any) {
	p.log.Error("panic", "path", c.Request.URL.Path, "cause", cause)
	if !c.Writer.Written() {
		p.fail(c, errPanic)
	}
	c.Abort()
}

func (p plain) requestID(c *gin.Context) { c.Header("X-Request-Id", rand.Text()) }

func (p plain) accessLog(c *gin.Context) {
	start := time.Now()
	c.Next()
	p.log.Info("request", "method", c.Request.Method, "path", c.Request.URL.Path, "status", c.Writer.Status(),
		"bytes", max(c.Writer.Size(), 0), "duration", time.Since(start), "remote", c.Request.RemoteAddr,
		"request_id", c.Writer.Header().Get("X-Request-Id"))
}
