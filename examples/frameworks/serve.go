package main

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/accesslog"
	"github.com/hotpath-go/hotpath/middleware/recovery"
	"github.com/hotpath-go/hotpath/middleware/requestid"
	"github.com/hotpath-go/hotpath/netpoll"
	"github.com/hotpath-go/hotpath/zerocopy"
)

// around puts the middleware around a whole framework, its own pieces inside.
func around(h http.Handler) (http.Handler, func() error) {
	access := accesslog.New(&accesslog.Options{Writer: os.Stderr})
	return middleware.Chain{
		access.Middleware,
		requestid.New(nil),
		recovery.New(nil),
	}.Then(h), access.Close
}

// serve is HTTP/1 without TLS: everything helps.
func serve(ctx context.Context, h http.Handler, ln net.Listener) error {
	h, flush := around(h)
	defer flush()
	srv := &http.Server{Handler: h}
	idle, err := netpoll.Listen(ln, nil) // innermost
	if err != nil {
		return err
	}
	idle.Install(srv)
	new(keepalive.Policy).Configure(srv)
	return untilDone(ctx, srv, func() error { return srv.Serve(zerocopy.NewListener(idle)) })
}

// serveTLS is TLS, with HTTP/2 for clients that want it: the listeners would buy nothing.
func serveTLS(ctx context.Context, h http.Handler, ln net.Listener) error {
	h, flush := around(h)
	defer flush()
	cert, err := selfSigned()
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: h, TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}}}
	new(keepalive.Policy).Configure(srv)
	return untilDone(ctx, srv, func() error { return srv.ServeTLS(ln, "", "") })
}

// untilDone serves until ctx ends, then lets the requests in flight finish.
func untilDone(ctx context.Context, srv *http.Server, serve func() error) error {
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		bye, cancel := context.WithTimeout(context.Background(), 10*time.Second) // Shutdown gives a new connection 5 s
		defer cancel()
		stopped <- srv.Shutdown(bye)
	}()
	if err := serve(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}
