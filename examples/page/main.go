// Page answers with a page of html/template of any size, as net/http or gin do, or in one call with zerocopy.
//
//	go run ./examples/page -addr 127.0.0.1:8080
//	go run ./examples/page -framework gin -zerocopy=false
//	curl -i '127.0.0.1:8080/page?size=4096&parts=3'
//
// prints
//
//	HTTP/1.1 200 OK
//	Content-Length: 4096
//	Content-Type: text/html; charset=utf-8
//
//	<!doctype html>…
//
// A page has parts of text with a value between two of them. With -zerocopy the text is never copied, the length is known,
// and header, text and values leave in one sendmsg; without, the template writes them one by one.
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

	"github.com/gin-gonic/gin"

	"github.com/hotpath-go/hotpath/zerocopy"
)

func main() {
	log.SetFlags(0)
	framework := flag.String("framework", "nethttp", "nethttp or gin")
	addr := flag.String("addr", "127.0.0.1:8080", "where to listen; port 0 chooses one")
	fast := flag.Bool("zerocopy", true, "answer with zerocopy")
	flag.Parse()
	if flag.NArg() > 0 { // "page gin -addr …" must not serve net/http somewhere else
		log.Fatalf("page takes flags only, as -framework gin; not %q", flag.Arg(0))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	if err := run(ctx, *framework, *addr, *fast); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, framework, addr string, fast bool) error {
	pages := &pages{fast: fast}
	var handler http.Handler
	switch framework {
	case "nethttp":
		mux := http.NewServeMux()
		mux.Handle("GET /page", pages)
		handler = mux
	case "gin":
		gin.SetMode(gin.ReleaseMode)
		e := gin.New()
		e.Match([]string{"GET", "HEAD"}, "/page", gin.WrapH(pages))
		handler = e
	default:
		return fmt.Errorf("no framework %q: use nethttp or gin", framework)
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	fmt.Println("listening on", ln.Addr())
	if fast {
		ln = zerocopy.NewListener(ln)
	}
	return serve(ctx, &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}, ln)
}

// serve ends when ctx does, after the responses under way.
func serve(ctx context.Context, srv *http.Server, ln net.Listener) error {
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		bye, cancel := context.WithTimeout(context.Background(), 10*time.Second) // Shutdown gives a new connection 5 s
		defer cancel()
		stopped <- srv.Shutdown(bye)
	}()
	if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}
