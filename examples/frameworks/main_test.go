package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestMain is the program if a test starts its own binary again: what the tests run is then what they were compiled with.
func TestMain(m *testing.M) {
	if os.Getenv("HOTPATH_EXAMPLE") != "" {
		main()
		return
	}
	os.Setenv("HOTPATH_EXAMPLE", "1")
	goleak.VerifyTestMain(m)
}

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
	cmd := exec.Command(os.Args[0], append(args, "-addr", "127.0.0.1:0")...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	addr, found := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if err != nil || !found {
		t.Fatalf("first line %q, %v", line, err)
	}

	scheme, proto := "http://", 1
	if args[len(args)-1] == "-tls" {
		scheme, proto = "https://", 2
	}
	client := &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true,
	}}
	for path, want := range map[string]string{"/hello/world": "Hello, world!\n", "/page": wantPage()} {
		resp, err := client.Get(scheme + addr + path)
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
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
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
func TestArgumentIsRefused(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second) // what is not refused would serve for ever
	defer cancel()
	out, err := exec.CommandContext(ctx, os.Args[0], "-addr", "127.0.0.1:0", "gin").CombinedOutput()
	if err == nil || ctx.Err() != nil || !strings.Contains(string(out), "-framework gin") {
		t.Errorf("%v: %s", err, out)
	}
}

func wantPage() string {
	var b strings.Builder
	page.WriteTo(&b)
	return b.String()
}
