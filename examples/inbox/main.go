// Inbox takes in events over HTTP and applies those of each account in order, on a bounded number of goroutines.
//
//	go run ./examples/inbox -addr 127.0.0.1:8080
//	curl -d 'opened' 127.0.0.1:8080/accounts/ada/events
//	curl -d 'closed' 127.0.0.1:8080/accounts/ada/events
//	curl 127.0.0.1:8080/accounts/ada/events
//	curl 127.0.0.1:8080/stats
//
// A body lies in a pool.Buffer, which the handler gives away to the task that applies it. The accounts are the keys of
// pool.Workers: an account's events keep their order, and different accounts' run beside each other. If the queue is
// full the client gets a 503 at once instead of a place in an ever longer queue. SIGTERM loses nothing that was accepted.
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
	log.SetFlags(0)
	addr := flag.String("addr", "127.0.0.1:8080", "where to listen; port 0 chooses one")
	workers := flag.Int("workers", 4, "how many events are applied at the same time")
	queue := flag.Int("queue", 1000, "how many events may wait")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *addr, newInbox(*workers, *queue)); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, addr string, in *inbox) error {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	fmt.Println("listening on", ln.Addr())
	srv := &http.Server{Handler: in.handler(), ReadHeaderTimeout: 10 * time.Second}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		bye, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		// First those who submit, then what they submitted.
		stopped <- errors.Join(srv.Shutdown(bye), in.workers.Drain(bye))
	}()
	if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}
