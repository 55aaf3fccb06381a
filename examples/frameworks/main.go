// Frameworks shows the lines that hotpath adds to a server on net/http, gin, echo, chi or fasthttp:
// the same ones for every framework that is an http.Handler.
//
//	go run ./examples/frameworks -framework gin -addr 127.0.0.1:8080
//	curl 127.0.0.1:8080/hello/world     # Hello, world!
//	curl 127.0.0.1:8080/page            # 16 KiB: header and body in one system call
//	go run ./examples/frameworks -framework echo -tls
//	curl -k https://127.0.0.1:8080/hello/world
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/hotpath-go/hotpath/keepalive"
	"github.com/hotpath-go/hotpath/zerocopy"
)

// page is one Body for all requests: three segments, composed once.
var page = zerocopy.NewBody(
	zerocopy.String("<!doctype html>\n<title>page</title>\n"),
	zerocopy.Bytes([]byte(strings.Repeat("<p>0123456789abcdef</p>\n", 680))),
	zerocopy.String("<footer>that was one system call</footer>\n"),
)

// handlers are the frameworks that are an http.Handler: what is around them is the same.
var handlers = map[string]func() http.Handler{
	"nethttp": nethttpHandler, "gin": ginHandler, "echo": echoHandler, "chi": chiHandler,
}

func main() {
	framework := flag.String("framework", "nethttp", "nethttp, gin, echo, chi or fasthttp")
	addr := flag.String("addr", "127.0.0.1:8080", "where to listen; port 0 chooses one")
	tls := flag.Bool("tls", false, "serve TLS and HTTP/2 with a certificate made at start")
	flag.Parse()
	if flag.NArg() > 0 { // "frameworks gin" must not serve net/http
		log.Fatalf("unexpected argument %q: say -framework %[1]s", flag.Arg(0))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	if err := run(ctx, *framework, *addr, *tls); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, framework, addr string, tls bool) error {
	handler, ok := handlers[framework]
	if !ok && framework != "fasthttp" {
		return fmt.Errorf("-framework %q: want nethttp, gin, echo, chi or fasthttp", framework)
	}
	if tls && framework == "fasthttp" {
		return errors.New("-tls: not with fasthttp here")
	}
	ln, err := keepalive.ListenConfig{}.Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	fmt.Println("listening on", ln.Addr())
	if framework == "fasthttp" {
		return serveFasthttp(ctx, ln)
	}
	if tls {
		return serveTLS(ctx, handler(), ln)
	}
	return serve(ctx, handler(), ln)
}
