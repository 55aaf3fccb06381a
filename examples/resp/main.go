// Resp is a small store that speaks Redis's protocol (PING, ECHO, GET, SET, DEL, QUIT, pipelines) on netpoll.Server.
//
//	go run ./examples/resp -addr 127.0.0.1:6380
//	redis-cli -p 6380 SET greeting hello        # OK
//	redis-benchmark -p 6380 -t ping,set,get -P 16
//
// It keeps its keys in memory and stops cleanly on SIGTERM.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:6380", "where to listen; port 0 chooses one")
	flag.Parse()
	if flag.NArg() > 0 {
		log.Fatalf("resp takes flags only; not %q", flag.Arg(0))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	if err := run(ctx, *addr); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, addr string) error {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	db := &store{values: make(map[string][]byte)}
	srv := &netpoll.Server{
		OnData:      netpoll.Frames(splitCommand, db.serve),
		MaxRest:     maxCommand + 1,
		IdleTimeout: 5 * time.Minute,
	}
	fmt.Println("listening on", ln.Addr())
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(ln) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err = srv.Shutdown(ctx)
	if ended := <-ended; !errors.Is(ended, netpoll.ErrServerClosed) {
		return ended
	}
	return err
}
