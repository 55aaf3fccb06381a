// Proxy is a reverse proxy and a CONNECT proxy whose long bodies and tunnels go from socket to socket by splice.
//
//	go run ./examples/proxy -to http://127.0.0.1:9000 -connect example.org:443
//	curl -i 127.0.0.1:8080/large-file                   # from http://127.0.0.1:9000/large-file
//	curl -p -x 127.0.0.1:8080 https://example.org/      # through a tunnel
//
// prints when it is stopped
//
//	listening on 127.0.0.1:8080
//	spliced 1000000 bytes to clients, 2000 bytes to upstreams
//
// A tunnel is made only to what -connect names: a proxy that reaches everything is a gift to others.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/hotpath-go/hotpath/zerocopy"
)

func main() {
	log.SetFlags(0)
	to := flag.String("to", "http://127.0.0.1:9000", "upstream of the reverse proxy")
	connect := flag.String("connect", "", "host:port that CONNECT may reach, several by comma; empty means none")
	addr := flag.String("addr", "127.0.0.1:8080", "where to listen; port 0 chooses one")
	flag.Parse()
	if flag.NArg() > 0 {
		log.Fatalf("proxy takes flags only; not %q", flag.Arg(0))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	if err := run(ctx, *to, *connect, *addr); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, to, connect, addr string) error {
	upstream, err := url.Parse(to)
	if err != nil || upstream.Scheme != "http" && upstream.Scheme != "https" || upstream.Host == "" {
		return fmt.Errorf("-to %q: want a URL such as http://127.0.0.1:9000", to)
	}
	tunnels := newTunnels(ctx, connect)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DialContext = tunnels.dialer.DialContext
	defer transport.CloseIdleConnections()
	rp := &httputil.ReverseProxy{Transport: transport, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(upstream)
		r.SetXForwarded()
	}}
	bodies := zerocopy.Proxy(rp)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodConnect {
			tunnels.ServeHTTP(w, r)
			return
		}
		bodies.ServeHTTP(w, r)
	})

	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	fmt.Println("listening on", ln.Addr())
	zl := zerocopy.NewListener(ln)
	err = serve(ctx, &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}, zl)
	tunnels.open.Wait()
	fmt.Printf("spliced %d bytes to clients, %d bytes to upstreams\n", zl.Stats().SpliceBytes, tunnels.dialer.Stats().SpliceBytes)
	return err
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
