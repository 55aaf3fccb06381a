package keepalive_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
)

func Example() {
	policy := &keepalive.Policy{MaxRequests: 1000, MaxAge: time.Hour}
	srv := &http.Server{Handler: http.NotFoundHandler()} // or gin, echo, chi, …
	policy.Configure(srv)

	client := &http.Client{Transport: new(keepalive.Transport)}
	defer client.CloseIdleConnections()

	fmt.Println("idle connections close after", srv.IdleTimeout)
	// Output: idle connections close after 1m35s
}

func ExampleTransport() {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "hello")
	}))
	defer backend.Close()

	transport := &keepalive.Transport{MaxRequests: 2}
	client := &http.Client{Transport: transport}
	defer client.CloseIdleConnections()

	for range 5 {
		resp, err := client.Get(backend.URL)
		if err != nil {
			fmt.Println(err)
			return
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
	st := transport.Stats()
	fmt.Println(st.Dials, "dials,", st.Reuses, "reuses,", st.RetiredByRequests, "retired")
	// Output: 3 dials, 2 reuses, 2 retired
}

func ExampleStats() {
	backend := httptest.NewServer(http.NotFoundHandler())
	defer backend.Close()
	transport := new(keepalive.Transport)
	defer transport.CloseIdleConnections()
	for range 3 {
		if resp, err := (&http.Client{Transport: transport}).Get(backend.URL); err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
	}
	total := transport.Stats()
	one := total.Addrs[backend.Listener.Addr().String()]
	fmt.Println(total.Dials, "dial,", one.Reuses, "reuses,", one.Idle, "idle")
	// Output: 1 dial, 2 reuses, 1 idle
}

func ExampleCounts() {
	transport := new(keepalive.Transport)
	counts := transport.Stats().Counts
	fmt.Println(counts.Dials, counts.FoundClosed, counts.RetriesProven)
	// Output: 0 0 0
}

func ExampleConnError() {
	err := error(&keepalive.ConnError{Addr: "192.0.2.1:80", Age: time.Minute, Idle: 2 * time.Second, Requests: 7, Err: io.EOF})
	if e, ok := errors.AsType[*keepalive.ConnError](err); ok && e.Seen == keepalive.Unknown {
		fmt.Println(err)
	}
	// Output: keepalive: 192.0.2.1:80: request 7 on a connection 1m0s old, idle for 2s: EOF; the peer may have seen the request
}

func ExampleEvidence() {
	fmt.Println(keepalive.Unseen)
	// Output: the peer had closed before a byte of the request arrived
}

func ExampleUpstream() {
	hello := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
	one, two := httptest.NewServer(hello), httptest.NewServer(hello)
	defer one.Close()
	defer two.Close()

	upstream := &keepalive.Upstream{Addrs: []string{one.Listener.Addr().String(), two.Listener.Addr().String()}}
	defer upstream.CloseIdleConnections()
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetXForwarded()
			r.Out.URL.Scheme, r.Out.URL.Host = "http", "backend"
		},
		Transport: upstream,
	}

	one.Close() // restarting
	w := httptest.NewRecorder()
	proxy.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://example.com/", nil))
	fmt.Println(w.Code, w.Body)
	// Output: 200 hello
}

func ExampleOrder() {
	transport := &keepalive.Transport{Order: keepalive.FIFO} // every connection in turn
	fmt.Println(transport.Order == keepalive.LIFO)
	// Output: false
}

func ExamplePolicy() {
	policy := &keepalive.Policy{IdleTimeout: 30 * time.Second, MaxRequests: 2}
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	policy.Configure(server.Config)
	server.Start()
	defer server.Close()

	for range 2 {
		resp, err := server.Client().Get(server.URL)
		if err != nil {
			fmt.Println(err)
			return
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		fmt.Printf("Keep-Alive: %q, close: %v\n", resp.Header.Get("Keep-Alive"), resp.Close)
	}
	// Output:
	// Keep-Alive: "timeout=30", close: false
	// Keep-Alive: "", close: true
}

func ExamplePolicy_Listener() {
	policy := &keepalive.Policy{ResetTimedOut: true}
	srv := &http.Server{Handler: http.NotFoundHandler()}
	policy.Configure(srv)

	ln, err := keepalive.ListenConfig{}.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	done := make(chan error)
	go func() { done <- srv.Serve(policy.Listener(ln)) }()
	_ = srv.Shutdown(context.Background())
	fmt.Println(<-done)
	// Output: http: Server closed
}

func ExamplePolicy_Drain() {
	policy := new(keepalive.Policy)
	ready := func() bool { return !policy.Draining() }
	fmt.Println(ready())
	policy.Drain() // on SIGTERM; then wait a little, then Server.Shutdown
	fmt.Println(ready())
	// Output:
	// true
	// false
}

func ExampleListenConfig() {
	ln, err := keepalive.ListenConfig{}.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = ln.Close() }()
	fmt.Println(ln.Addr().Network())
	// Output: tcp
}
