// Files serves a directory: as net/http or gin do, or with the same handler on zerocopy.
//
//	go run ./examples/files -dir . -addr 127.0.0.1:8080
//	go run ./examples/files -dir . -framework gin -zerocopy=false
//	curl -i -r 0-9 127.0.0.1:8080/README.md
//
// prints
//
//	HTTP/1.1 206 Partial Content
//	Content-Range: bytes 0-9/…
//	Etag: "5f0e…"
//
// With -zerocopy files stay open, leave by sendfile under gin too, and have ETags of their content.
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
	dir := flag.String("dir", ".", "directory to serve")
	addr := flag.String("addr", "127.0.0.1:8080", "where to listen; port 0 chooses one")
	fast := flag.Bool("zerocopy", true, "serve with zerocopy")
	flag.Parse()
	if flag.NArg() > 0 { // "files gin -addr …" must not serve net/http somewhere else
		log.Fatalf("files takes flags only, as -framework gin; not %q", flag.Arg(0))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	if err := run(ctx, *framework, *dir, *addr, *fast); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, framework, dir, addr string, fast bool) error {
	files := http.FileServer(http.Dir(dir))
	if fast {
		f, err := zerocopy.NewFiles(dir, nil)
		if err != nil {
			return err
		}
		defer f.Close()
		files = f
	}
	handler, err := handlerOf(framework, dir, files, fast)
	if err != nil {
		return err
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

func handlerOf(framework, dir string, files http.Handler, fast bool) (http.Handler, error) {
	switch framework {
	case "nethttp":
		return files, nil
	case "gin":
		gin.SetMode(gin.ReleaseMode)
		e := gin.New()
		if !fast {
			e.StaticFS("/", http.Dir(dir))
			return e, nil
		}
		e.NoRoute(func(c *gin.Context) {
			c.Status(http.StatusOK) // NoRoute says 404 until somebody knows better
			files.ServeHTTP(c.Writer, c.Request)
		})
		return e, nil
	}
	return nil, fmt.Errorf("no framework %q: use nethttp or gin", framework)
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
