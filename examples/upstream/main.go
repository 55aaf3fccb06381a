// Upstream is a reverse proxy whose backends may be restarted one by one without a failed request:
// httputil.ReverseProxy as it is, over keepalive's Upstream. A backend that is down is gone around
// and asked again after a growing pause; a backend that leaves says so with its last answers
// (keepalive.Policy, in backend.go), and one that just closes costs only what nobody can prove.
//
// Without -backend it starts three backends of its own and restarts them in turn, one each -restart:
//
//	go run ./examples/upstream -addr 127.0.0.1:8080 -restart 1s
//	curl -i 127.0.0.1:8080/
//	curl 127.0.0.1:8080/stats
//
// prints
//
//	HTTP/1.1 200 OK
//	...
//	hello from backend 2, start 1
//
// and what became of the connections to each backend.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "where to listen; port 0 chooses one")
	to := flag.String("backend", "", "backends, host:port,host:port; none starts three here")
	restart := flag.Duration("restart", time.Second, "how often one of the own backends is restarted; 0 is never")
	flag.Parse()
	if flag.NArg() > 0 {
		log.Fatalf("upstream takes flags only; not %q", flag.Arg(0))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	if err := run(ctx, *addr, *to, *restart); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, addr, to string, restart time.Duration) error {
	addrs, err := backends(to)
	if err != nil {
		return err
	}
	if len(addrs) == 0 {
		fleet, err := startFleet(3)
		if err != nil {
			return err
		}
		defer fleet.stop()
		addrs = fleet.addrs
		if restart > 0 {
			restarts, end := context.WithCancel(ctx)
			defer end()
			fleet.restarting.Go(func() { fleet.restartInTurn(restarts, restart) })
		}
	}
	upstream := &keepalive.Upstream{Addrs: addrs}
	defer upstream.CloseIdleConnections()

	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: handler(upstream), ReadHeaderTimeout: 10 * time.Second}
	new(keepalive.Policy).Configure(srv)
	fmt.Println("listening on", ln.Addr())

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

func handler(upstream *keepalive.Upstream) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetXForwarded()
			r.Out.URL.Scheme, r.Out.URL.Host = "http", "backends" // Upstream chooses one; it sees the Host that the client sent
		},
		Transport: upstream,
	})
	mux.HandleFunc("GET /stats", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(upstream.Stats())
	})
	return mux
}
