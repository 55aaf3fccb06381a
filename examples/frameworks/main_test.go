package main

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/examples/internal/program"
)

func TestMain(m *testing.M) { program.Main(m, main) }

// Every framework as a user runs it, plain and with TLS: started, asked, stopped by SIGTERM.
func TestProgram(t *testing.T) {
	for _, args := range [][]string{
		{"-framework", "nethttp"}, {"-framework", "gin"}, {"-framework", "echo"}, {"-framework", "chi"}, {"-framework", "fasthttp"},
		{"-framework", "nethttp", "-tls"}, {"-framework", "gin", "-tls"}, {"-framework", "echo", "-tls"}, {"-framework", "chi", "-tls"},
	} {
		t.Run(strings.Join(args[1:], ""), func(t *testing.T) { try(t, args) })
	}
}

func try(t *testing.T, args []string) {
	p := program.Start(t, args...)

	scheme, proto := "http://", 1
	if args[len(args)-1] == "-tls" {
		scheme, proto = "https://", 2
	}
	client := &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true,
	}}
	for path, want := range map[string]string{"/hello/world": "Hello, world!\n", "/page": wantPage()} {
		resp, err := client.Get(scheme + p.Addr + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != 200 || string(body) != want {
			t.Errorf("%s: %d, %d bytes, %v; want 200 and %d bytes", path, resp.StatusCode, len(body), err, len(want))
		}
		if resp.ProtoMajor != proto {
			t.Errorf("%s: %s, want HTTP/%d", path, resp.Proto, proto)
		}
	}
	client.CloseIdleConnections()
	p.Stop()
}

// What cannot be served as asked is not served: not plainly where TLS was asked for.
func TestRefusesToStart(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // one that starts all the same ends
	for framework, tls := range map[string]bool{"fasthttp": true, "rails": false} {
		if err := run(ctx, framework, "127.0.0.1:0", tls); err == nil || !strings.HasPrefix(err.Error(), "-") {
			t.Errorf("-framework %s -tls=%v: %v, want an error that names the flag", framework, tls, err)
		}
	}
}

// A framework named without its flag is not answered by serving another.
func TestArgumentIsRefused(t *testing.T) { program.Refuses(t, "-framework gin", "gin") }

func wantPage() string {
	var b strings.Builder
	page.WriteTo(&b)
	return b.String()
}
