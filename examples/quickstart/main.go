// Quickstart is a net/http server as you have it, and the lines that hotpath adds around it: idle
// connections wait without goroutine and buffers, they end announced, and each request leaves one
// JSON line. Handlers and routes do not change.
//
//	go run ./examples/quickstart -addr 127.0.0.1:8080
//	curl -i 127.0.0.1:8080/hello/world
//
// prints
//
//	HTTP/1.1 200 OK
//	Keep-Alive: timeout=60
//	X-Request-Id: 3f2a…
//
//	Hello, world!
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/accesslog"
	"github.com/hotpath-go/hotpath/middleware/recovery"
	"github.com/hotpath-go/hotpath/middleware/requestid"
	"github.com/hotpath-go/hotpath/netpoll"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "where to listen; port 0 chooses one")
	flag.Parse()
	if flag.NArg() > 0 {
		log.Fatalf("quickstart takes flags only; not %q", flag.Arg(0))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	if err := run(ctx, *addr); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, addr string) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /hello/{name}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "Hello, %s!\n", r.PathValue("name"))
	})
	access := accesslog.New(&accesslog.Options{Writer: os.Stderr})
	defer access.Close()
	srv := &http.Server{Handler: middleware.Chain{
		access.Middleware,
		requestid.New(nil),
		recovery.New(nil),
	}.Then(mux)}

	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	fmt.Println("listening on", ln.Addr())
	return serve(ctx, srv, ln)
}

// serve is what a server you already have gains by changing three lines.
func serve(ctx context.Context, srv *http.Server, ln net.Listener) error {
	idle, err := netpoll.Listen(ln, nil) // idle connections: no goroutine, no buffers
	if err != nil {
		return err
	}
	idle.Install(srv)
	new(keepalive.Policy).Configure(srv) // idle timeout advertised, and kept with grace

	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		bye, cancel := context.WithTimeout(context.Background(), 10*time.Second) // Shutdown gives a new connection 5 s
		defer cancel()
		stopped <- srv.Shutdown(bye)
	}()
	if err := srv.Serve(idle); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}
