package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
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

const size = 1_000_000

// echo answers every conn with what it sent, after its end.
func echo(t *testing.T) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			p, _ := io.ReadAll(c)
			c.Write(p)
			c.Close()
		}
	}()
	t.Cleanup(func() { ln.Close(); <-done })
	return ln
}

// The program as a user runs it: started, asked for a body, an upload and a tunnel, stopped by SIGTERM.
func TestProgram(t *testing.T) {
	body := bytes.Repeat([]byte("0123456789"), size/10)
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "POST" {
			got, err := io.ReadAll(r.Body)
			fmt.Fprint(w, bytes.Equal(got, body), err)
			return
		}
		w.Header().Set("Content-Length", strconv.Itoa(size))
		w.Write(body)
	}))
	defer upstream.Close()
	other := echo(t)

	cmd := exec.Command(os.Args[0], "-addr", "127.0.0.1:0", "-to", upstream.URL, "-connect", other.Addr().String())
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	addr, found := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if err != nil || !found {
		t.Fatalf("first line %q, %v", line, err)
	}

	resp, err := http.Get("http://" + addr + "/large")
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil || !bytes.Equal(got, body) {
		t.Errorf("body: %d bytes, %v", len(got), err)
	}
	resp, err = http.Post("http://"+addr+"/up", "x/y", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	got, _ = io.ReadAll(resp.Body)
	resp.Body.Close()
	if string(got) != "true<nil>" && string(got) != "true <nil>" {
		t.Errorf("upload: %s", got)
	}
	if head, _ := tunnel(t, addr, "example.org:443", nil); !strings.Contains(head, " 403 ") {
		t.Errorf("a tunnel to anywhere: %q", head)
	}
	if head, got := tunnel(t, addr, other.Addr().String(), body); !strings.Contains(head, " 200 ") || !bytes.Equal(got, body) {
		t.Errorf("tunnel: %q, %d bytes back", head, len(got))
	}
	http.DefaultClient.CloseIdleConnections()

	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	line, _ = lines.ReadString('\n')
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
	var down, up int
	if _, err := fmt.Sscanf(line, "spliced %d bytes to clients, %d bytes to upstreams", &down, &up); err != nil {
		t.Fatalf("last line %q: %v", line, err)
	}
	// Each way has a body and a tunnel; the fronts of them were read ahead.
	if least := 2*size - 100_000; splices && (down < least || up < least) {
		t.Errorf("%q; want at least %d both ways", line, least)
	}
}

// tunnel sends p right behind CONNECT and its end after that.
func tunnel(t *testing.T, proxy, to string, p []byte) (head string, got []byte) {
	t.Helper()
	c, err := net.Dial("tcp", proxy)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(time.Minute))
	fmt.Fprintf(c, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", to, to)
	go func() {
		c.Write(p)
		c.(*net.TCPConn).CloseWrite()
	}()
	all, _ := io.ReadAll(c)
	before, after, _ := bytes.Cut(all, []byte("\r\n\r\n"))
	return string(before), after
}

// What could only fail with each request is refused at the start.
func TestBadUpstream(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // one that starts all the same ends
	for _, to := range []string{"", "localhost:9000", "ftp://127.0.0.1", "http://"} {
		if err := run(ctx, to, "", "127.0.0.1:0"); err == nil || !strings.HasPrefix(err.Error(), "-to ") {
			t.Errorf("-to %q: %v, want an error that names the flag", to, err)
		}
	}
}

// No -connect means no tunnel, not one to an empty name; spaces around a name are none of it.
func TestAllowed(t *testing.T) {
	for connect, want := range map[string]int{"": 403, "a:1,": 403, "a:1, 127.0.0.1:0": 502} {
		tunnels := newTunnels(t.Context(), connect)
		for _, host := range []string{"", "127.0.0.1:0"} {
			w := httptest.NewRecorder()
			tunnels.ServeHTTP(w, &http.Request{Method: http.MethodConnect, Host: host})
			if host == "" && w.Code != 403 || host != "" && w.Code != want {
				t.Errorf("-connect %q, CONNECT %q: %d", connect, host, w.Code)
			}
		}
	}
}
