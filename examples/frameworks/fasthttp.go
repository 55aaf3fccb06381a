package main

import (
	"context"
	"net"
	"strings"
	"time"

	"github.com/valyala/fasthttp"
)

// serveFasthttp uses what does not need net/http: the TCP options of the listener. A pooled buffer
// and codec's append functions serve a fasthttp handler as well.
func serveFasthttp(ctx context.Context, ln net.Listener) error {
	srv := &fasthttp.Server{Handler: fasthttpHandler, ReadTimeout: 5 * time.Second, IdleTimeout: time.Minute, CloseOnShutdown: true}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		bye, cancel := context.WithTimeout(context.Background(), 10*time.Second) // Shutdown gives a new connection 5 s
		defer cancel()
		stopped <- srv.ShutdownWithContext(bye)
	}()
	if err := srv.Serve(ln); err != nil {
		return err
	}
	return <-stopped
}

func fasthttpHandler(c *fasthttp.RequestCtx) {
	path := string(c.Path())
	switch name, isHello := strings.CutPrefix(path, "/hello/"); {
	case isHello:
		c.WriteString("Hello, " + name + "!\n")
	case path == "/page":
		c.SetContentType("text/html; charset=utf-8")
		page.WriteTo(c)
	default:
		c.Error("not found", fasthttp.StatusNotFound)
	}
}
