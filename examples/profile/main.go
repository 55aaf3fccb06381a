// Profile is the story of a hot spot: a handler that answers with JSON, what pprof says about it, the fix, and what
// pprof says then. README.md tells it with the profiles and the figures of a run.
//
//	go run ./examples/profile -json before
//	go run ./examples/profile -load 127.0.0.1:8080 -for 20s
//	go tool pprof -top 'http://127.0.0.1:8080/debug/pprof/profile?seconds=10'
//
// of which the second, beside the third, prints
//
//	4807 requests/s
//
// go run ./examples/profile -measure results.json -rounds 9 -for 1s measures both by turns.
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
	which := flag.String("json", "before", "the handler to serve: before or after the fix")
	target := flag.String("load", "", "load the server at this address instead")
	result := flag.String("measure", "", "measure both handlers by turns instead, and write this file")
	table := flag.String("table", "", "print the table of a file that -measure wrote instead")
	rounds := flag.Int("rounds", 9, "rounds of -measure")
	length := flag.Duration("for", time.Second, "length of a load, or of a round")
	flag.Parse()
	if flag.NArg() > 0 {
		log.Fatalf("profile takes flags only; not %q", flag.Arg(0))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	var err error
	switch {
	case *target != "":
		var n float64
		if n, err = load(ctx, *target, *length); err == nil {
			fmt.Printf("%.0f requests/s\n", n)
		}
	case *result != "":
		err = measure(ctx, *result, *rounds, *length)
	case *table != "":
		err = printTable(os.Stdout, *table)
	default:
		err = serve(ctx, *addr, *which)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func serve(ctx context.Context, addr, which string) error {
	handlers := map[string]http.HandlerFunc{"before": before(sample()), "after": after(sample())}
	h := handlers[which]
	if h == nil {
		return fmt.Errorf("no -json %s", which)
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	fmt.Println("listening on", ln.Addr())
	srv := &http.Server{Handler: mux(h), ReadHeaderTimeout: 10 * time.Second}
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
