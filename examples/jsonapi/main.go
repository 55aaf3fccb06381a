// Jsonapi serves a document of GitHub's events under net/http, chi, gin or echo, with encoding/json or with codec.
//
//	curl -s https://api.github.com/events > events.json
//	go run ./examples/jsonapi -events events.json -framework gin
//	curl 127.0.0.1:8080/events
//	curl -i 127.0.0.1:8080/events -H 'Content-Type: application/json' -d '{"id":"1","type":"WatchEvent","created_at":"2026-11-23T12:00:00Z"}'
//
// prints the events, and for the last line
//
//	HTTP/1.1 201 Created
//	Content-Type: application/json; charset=utf-8
//
//	{"id":"1","type":"WatchEvent",…}
//
// Without -events it has four events of its own. -codec std serves the same with encoding/json. The adapters to copy
// are gin.go and echo.go; net/http and chi need none.
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
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "where to listen; port 0 chooses one")
	lib := flag.String("codec", "hotpath", "what reads and writes JSON: std or hotpath")
	framework := flag.String("framework", "nethttp", "nethttp, chi, gin or echo; -codec std has nethttp only")
	file := flag.String("events", "", "a file from https://api.github.com/events; none means four events of our own")
	flag.Parse()
	if flag.NArg() > 0 { // "jsonapi gin" must not serve net/http
		log.Fatalf("unexpected argument %q: say -framework %[1]s", flag.Arg(0))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	if err := run(ctx, *addr, *lib, *framework, *file); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, addr, lib, framework, file string) error {
	doc := sample
	if file != "" {
		var err error
		if doc, err = os.ReadFile(file); err != nil {
			return err
		}
	}
	h, err := handler(lib, framework, doc)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	fmt.Println("listening on", ln.Addr())
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
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

func handler(lib, framework string, doc []byte) (http.Handler, error) {
	if lib == "std" && framework == "nethttp" {
		return newStd(doc)
	}
	frameworks := map[string]func(*store) http.Handler{"nethttp": netHTTP, "chi": chiRouter, "gin": ginEngine, "echo": echoServer}
	build := frameworks[framework]
	if lib != "hotpath" || build == nil {
		return nil, fmt.Errorf("no -codec %s -framework %s", lib, framework)
	}
	s, err := newStore(doc)
	if err != nil {
		return nil, err
	}
	return build(s), nil
}
