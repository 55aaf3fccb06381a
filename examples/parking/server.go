package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/labstack/echo/v4"
	"github.com/valyala/fasthttp"

	"github.com/hotpath-go/hotpath/netpoll"
)

const greeting = "Hello, World!"

type server struct {
	serve    func(net.Listener) error
	shutdown func(context.Context) error
}

func newServer(framework string, l *netpoll.Listener, idle time.Duration) (server, error) {
	if framework == "fasthttp" {
		return newFasthttp(l, idle), nil
	}
	h, err := handler(framework, l)
	if err != nil {
		return server{}, err
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: idle}
	if l != nil {
		l.Install(srv)
	}
	return server{
		serve: func(ln net.Listener) error {
			if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		},
		shutdown: srv.Shutdown,
	}, nil
}

func handler(framework string, l *netpoll.Listener) (http.Handler, error) {
	hello := func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(greeting)) }
	stats := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write(report(l, r.FormValue("gc") == "1"))
	}
	switch framework {
	case "nethttp":
		mux := http.NewServeMux()
		mux.HandleFunc("GET /{$}", hello)
		mux.HandleFunc("GET /stats", stats)
		return mux, nil
	case "chi":
		r := chi.NewRouter()
		r.Get("/", hello)
		r.Get("/stats", stats)
		return r, nil
	case "gin":
		gin.SetMode(gin.ReleaseMode)
		r := gin.New()
		r.GET("/", func(c *gin.Context) { c.String(http.StatusOK, greeting) })
		r.GET("/stats", gin.WrapF(stats))
		return r, nil
	case "echo":
		e := echo.New()
		e.GET("/", func(c echo.Context) error { return c.String(http.StatusOK, greeting) })
		e.GET("/stats", echo.WrapHandler(http.HandlerFunc(stats)))
		return e, nil
	}
	return nil, fmt.Errorf("no framework %q: nethttp, gin, echo, chi or fasthttp", framework)
}

func newFasthttp(l *netpoll.Listener, idle time.Duration) server {
	srv := &fasthttp.Server{
		ReadTimeout:     5 * time.Second, // less than shutdown waits
		IdleTimeout:     idle,
		CloseOnShutdown: true,
		Handler: func(ctx *fasthttp.RequestCtx) {
			switch string(ctx.Path()) {
			case "/":
				ctx.SetBodyString(greeting)
			case "/stats":
				ctx.SetContentType("application/json")
				ctx.SetBody(report(l, ctx.QueryArgs().GetBool("gc")))
			default:
				ctx.NotFound()
			}
		},
	}
	if l != nil {
		srv.ConnState = netpoll.StateHook[fasthttp.ConnState](l)
	}
	return server{serve: srv.Serve, shutdown: srv.ShutdownWithContext}
}
