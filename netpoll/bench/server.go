//go:build linux

package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"log"
	"math/big"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/labstack/echo/v4"
	"github.com/valyala/fasthttp"

	"github.com/hotpath-go/hotpath/netpoll"
)

// runServer serves as kind, "nethttp" or "netpoll-gin" for example, until a request for /shutdown.
func runServer(kind string, after, idle time.Duration) error {
	inner, err := net.Listen("tcp", *listenOn)
	if err != nil {
		return err
	}
	if idle == 0 {
		idle = time.Hour
	}
	base, parked := strings.CutPrefix(kind, "netpoll-")
	srv := &http.Server{IdleTimeout: idle}
	fast := &fasthttp.Server{IdleTimeout: idle, MaxIdleWorkerDuration: time.Second}
	var ln net.Listener = inner
	if parked {
		o := &netpoll.Options{ParkAfter: after, OnlyCryptoTLS: *onlyCrypto}
		l, err := netpoll.Listen(inner, o)
		if base == "tls" {
			l.Close()
			if inner, err = net.Listen("tcp", inner.Addr().String()); err == nil {
				l, err = netpoll.ListenTLS(inner, certificate(), o)
			}
		}
		if err != nil {
			return err
		}
		l.Install(srv)
		fast.ConnState = netpoll.StateHook[fasthttp.ConnState](l)
		ln = l
	} else if base == "tls" {
		ln = tls.NewListener(inner, certificate())
	}
	if *sampled {
		go samplePeak()
	}
	fmt.Println(ln.Addr())
	if base == "fasthttp" {
		fast.Handler = func(ctx *fasthttp.RequestCtx) { ctx.SetBodyString(answer(string(ctx.Path()))) }
		return fast.Serve(ln)
	}
	srv.Handler = handler(base)
	down := make(chan time.Duration)
	app := srv.Handler
	srv.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/shutdown" {
			go func() {
				start := time.Now()
				srv.Shutdown(context.Background())
				down <- time.Since(start)
			}()
			return
		}
		app.ServeHTTP(w, r)
	})
	srv.Serve(ln)
	fmt.Println(<-down)
	return nil
}

// certificate is a new one with an ECDSA key: with RSA, 19,000 handshakes would take a minute.
func certificate() *tls.Config {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1)}, &x509.Certificate{}, &key.PublicKey, key)
	if err != nil {
		log.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

func handler(base string) http.Handler {
	switch base {
	case "gin":
		gin.SetMode(gin.ReleaseMode)
		r := gin.New()
		r.GET("/*path", func(c *gin.Context) { c.String(http.StatusOK, answer(c.Request.URL.Path)) })
		return r
	case "echo":
		e := echo.New()
		e.GET("/*", func(c echo.Context) error { return c.String(http.StatusOK, answer(c.Request().URL.Path)) })
		return e
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(answer(r.URL.Path))) })
}

// answer is "Hello, World!" or what the process says of itself.
func answer(path string) string {
	if path != "/facts" && path != "/cpu" {
		return "Hello, World!"
	}
	b, _ := json.Marshal(look(path == "/facts"))
	return string(b)
}
