// Chat is one room of WebSockets, each of which waits as a descriptor and some hundred bytes: a goroutine is there only
// while a message is being read. Open the page in two browser tabs, or
//
//	go run ./examples/chat -addr 127.0.0.1:8080
//	curl 127.0.0.1:8080/stats      # {"members":2,"goroutines":6,"heap":…,"rss":…}
//
// A member that does not answer a ping within -idle, or does not read what is said, leaves. It stops cleanly on SIGTERM.
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
	idle := flag.Duration("idle", time.Minute, "ping a member that was silent for this long")
	flag.Parse()
	if flag.NArg() > 0 {
		log.Fatalf("chat takes flags only; not %q", flag.Arg(0))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	if err := run(ctx, *addr, *idle); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, addr string, idle time.Duration) error {
	if idle <= 0 { // everybody would be pinged and leave at once
		return fmt.Errorf("-idle %v: want more than 0", idle)
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	r, err := newRoom(idle)
	if err != nil {
		ln.Close()
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", page)
	mux.HandleFunc("GET /ws", r.join)
	mux.HandleFunc("GET /stats", r.stats)
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(ln) }()
	fmt.Println("listening on", ln.Addr())

	select {
	case err = <-ended:
	case <-ctx.Done():
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		err = srv.Shutdown(ctx) // of WebSockets it knows nothing
	}
	r.close()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}
