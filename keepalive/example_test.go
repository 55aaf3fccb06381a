package keepalive_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
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
	transport := new(keepalive.Transport)
	fmt.Printf("%+v\n", transport.Stats())
	// Output: {Dials:0 DialErrors:0 Reuses:0 RetiredByAge:0 RetiredByRequests:0 Open:0 Idle:0}
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
