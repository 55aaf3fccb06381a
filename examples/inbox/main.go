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
	if flag.NArg() > 0 {
		log.Fatalf("inbox takes flags only; not %q", flag.Arg(0))
	}
	if *workers < 1 || *queue < 1 { // 0 would mean the pool's own choice, less a panic with the first event
		log.Fatalf("-workers %d -queue %d: want 1 or more of each", *workers, *queue)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	if err := run(ctx, *addr, newInbox(*workers, *queue)); err != nil {
		log.Fatal(err)
	}
}

// patience is how long clients have to end, and after that the tasks. Shutdown gives a new connection 5 s. Tests have less.
var patience = struct{ clients, tasks time.Duration }{10 * time.Second, 10 * time.Second}

func run(ctx context.Context, addr string, in *inbox) error {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	fmt.Println("listening on", ln.Addr())
	return serve(ctx, ln, in)
}

// serve ends when ctx does: first those who submit, then what they submitted, which has a time of its own.
func serve(ctx context.Context, ln net.Listener, in *inbox) error {
	srv := &http.Server{Handler: in.handler(), ReadHeaderTimeout: 10 * time.Second}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		bye, cancel := context.WithTimeout(context.Background(), patience.clients)
		defer cancel()
		err := srv.Shutdown(bye)
		rest, cancelRest := context.WithTimeout(context.Background(), patience.tasks)
		defer cancelRest()
		stopped <- errors.Join(err, in.workers.Drain(rest))
	}()
	if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}
