// Stack is what every service wraps around its handlers, in one pass around a small API: access log, health, request id, metrics,
// recovery, limits and a deadline. The API itself is written for net/http, gin or chi.
//
//	mkdir -p /tmp/stack && go run ./examples/stack -addr 127.0.0.1:8080 -framework gin -dir /tmp/stack
//	curl -i 127.0.0.1:8080/users/42    # one client may ask 100 times a second: wrk is mostly answered 429
//	curl 127.0.0.1:8080/metrics
//	kill -HUP PID     # rotates the access log
//	kill -TERM PID    # leaves service without a failed request
//
// prints
//
//	HTTP/1.1 200 OK
//	X-Request-Id: 3f2a…
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/deadline"
	"github.com/hotpath-go/hotpath/middleware/health"
	"github.com/hotpath-go/hotpath/middleware/limit"
	"github.com/hotpath-go/hotpath/middleware/metrics"
	"github.com/hotpath-go/hotpath/middleware/recovery"
	"github.com/hotpath-go/hotpath/middleware/requestid"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "where to listen; port 0 chooses one")
	framework := flag.String("framework", "nethttp", "what the API is written for: nethttp, gin or chi")
	dir := flag.String("dir", os.TempDir(), "where the access log and its ring are; keep a ring in memory, as in /run")
	delay := flag.Duration("delay", time.Second, "how long balancers may take to see that the process is not ready; 0 means 5 s, less none")
	flag.Parse()
	if flag.NArg() > 0 { // "stack gin" must not serve net/http
		log.Fatalf("unexpected argument %q: say -framework %[1]s", flag.Arg(0))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	if err := run(ctx, *addr, *framework, *dir, *delay); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, addr, framework, dir string, delay time.Duration) error {
	api := apis[framework]
	if api == nil {
		return fmt.Errorf("unknown framework %q: use nethttp, gin or chi", framework)
	}
	access, closeLog, err := openLog(dir)
	if err != nil {
		return err
	}
	defer closeLog()
	app := slog.New(access.Handler(nil)) // the program's own lines, in the same log
	ready, counts := health.New(&health.Options{Delay: delay}), metrics.New(nil)

	srv := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: outside(ready, counts, middleware.Stack{
		access, // outermost: it sees what the others answer
		ready,
		requestid.Piece(nil),
		counts,
		recovery.Piece(&recovery.Options{Logger: app}), // inside log and metrics: they see the 500
		limit.NewConcurrency(&limit.ConcurrencyOptions{Max: 1000}),
		limit.NewRate(&limit.RateOptions{Every: 10 * time.Millisecond, Burst: 100}),
		limit.NewBody(&limit.BodyOptions{Max: 64 << 10}),
		deadline.Piece(&deadline.Options{Timeout: 2 * time.Second}),
	}.Then(api()))}

	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	fmt.Println("listening on", ln.Addr())
	app.Info("serving", "framework", framework)
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		bye, cancel := context.WithTimeout(context.Background(), delay+15*time.Second) // 5 s that 0 means, and 5 that Shutdown gives a new connection
		defer cancel()
		stopped <- ready.Drain(bye, srv.Shutdown)
	}()
	if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}

// outside answers what balancers and scrapers ask; they pass no limit and leave no line.
func outside(ready *health.Health, counts *metrics.Metrics, service http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /livez", ready.Live())
	mux.Handle("GET /readyz", ready.Ready())
	mux.Handle("GET /metrics", counts.Handler())
	mux.Handle("/", service)
	return mux
}
