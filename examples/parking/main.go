// Parking is one small server under five frameworks, whose idle connections wait in netpoll.
//
//	go run ./examples/parking -framework gin     # or nethttp, echo, chi, fasthttp
//	curl http://127.0.0.1:8080/                  # Hello, World!
//	curl 'http://127.0.0.1:8080/stats?gc=1'      # {"goroutines":4,"heap":…,"rss":…,"park":true,"stats":{…}}
//	go run ./examples/parking -hold 5000         # 5,000 idle connections to it, until Ctrl-C
//
// Hold some thousand connections to a server with -park=false and to one with -park=true and compare /stats. It stops
// cleanly on SIGTERM.
package main

import (
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"log"
	"net"
	"os/signal"
	"syscall"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

func main() {
	log.SetFlags(0)
	framework := flag.String("framework", "nethttp", "nethttp, gin, echo, chi or fasthttp")
	park := flag.Bool("park", true, "park idle connections")
	secure := flag.Bool("tls", false, "serve TLS, with a certificate made at start")
	idle := flag.Duration("idle-timeout", 3*time.Minute, "close connections idle for this long")
	addr := flag.String("addr", "127.0.0.1:8080", "address to listen on")
	held := flag.Int("hold", 0, "be a client instead: hold so many idle connections to -addr")
	flag.Parse()
	if flag.NArg() > 0 { // "parking gin" must not serve net/http, nor "-hold 10 ADDR" ask somebody else
		log.Fatalf("parking takes flags only, as -framework gin; not %q", flag.Arg(0))
	}

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	var err error
	if *held > 0 {
		err = hold(ctx, *addr, *held, *secure)
	} else {
		err = run(ctx, *framework, *addr, *park, *secure, *idle)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, framework, addr string, park, secure bool, idle time.Duration) error {
	ln, parking, err := listen(addr, park, secure)
	if err != nil {
		return err
	}
	srv, err := newServer(framework, parking, idle)
	if err != nil {
		ln.Close()
		return err
	}
	fmt.Println("listening on", ln.Addr())
	ended := make(chan error, 1)
	go func() { ended <- srv.serve(ln) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err = srv.shutdown(ctx)
	<-ended
	return err
}

// listen returns the listener to serve, and the same again where it parks.
func listen(addr string, park, secure bool) (net.Listener, *netpoll.Listener, error) {
	inner, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, nil, err
	}
	var config *tls.Config
	if secure {
		if config, err = selfSigned(); err != nil {
			inner.Close()
			return nil, nil, err
		}
	}
	switch {
	case !park && secure:
		return tls.NewListener(inner, config), nil, nil
	case !park:
		return inner, nil, nil
	case secure:
		l, err := netpoll.ListenTLS(inner, config, nil)
		return l, l, err
	}
	l, err := netpoll.Listen(inner, nil)
	return l, l, err
}
