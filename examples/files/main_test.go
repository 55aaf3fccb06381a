package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
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

// The program as a user runs it: started in each of its forms, asked, stopped by SIGTERM.
func TestProgram(t *testing.T) {
	dir := t.TempDir()
	content := bytes.Repeat([]byte("0123456789abcdef"), 20_000)
	if err := os.WriteFile(filepath.Join(dir, "big.bin"), content, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, framework := range []string{"nethttp", "gin"} {
		for _, fast := range []string{"true", "false"} {
			t.Run(framework+fast, func(t *testing.T) {
				try(t, content, fast == "true", "-framework", framework, "-dir", dir, "-zerocopy="+fast, "-addr", "127.0.0.1:0")
			})
		}
	}
}

func try(t *testing.T, content []byte, fast bool, args ...string) {
	cmd, addr := start(t, args...)
	for _, tt := range []struct {
		path, ranged string
		status       int
		want         []byte
	}{
		{"/big.bin", "", 200, content},
		{"/big.bin", "bytes=16-31", 206, content[16:32]},
		{"/none", "", 404, nil},
	} {
		req, _ := http.NewRequestWithContext(t.Context(), "GET", "http://"+addr+tt.path, nil)
		if tt.ranged != "" {
			req.Header.Set("Range", tt.ranged)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != tt.status || tt.want != nil && !bytes.Equal(got, tt.want) {
			t.Errorf("%s %s: %d with %d bytes, %v", tt.path, tt.ranged, resp.StatusCode, len(got), err)
		}
		if tagged := resp.Header.Get("Etag") != ""; tagged != (fast && tt.status < 300) {
			t.Errorf("%s: ETag %q", tt.path, resp.Header.Get("Etag"))
		}
	}
	http.DefaultClient.CloseIdleConnections()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
}

func TestArgumentIsRefused(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second) // what is not refused would serve for ever
	defer cancel()
	out, err := exec.CommandContext(ctx, os.Args[0], "-addr", "127.0.0.1:0", "gin").CombinedOutput()
	if err == nil || ctx.Err() != nil || !strings.Contains(string(out), "-framework gin") {
		t.Errorf("%v: %s", err, out)
	}
}

// A connection that was opened in the last moment and never asks, as a balancer's are, is no failure of the end.
func TestConnectionWithoutRequestAtTheEnd(t *testing.T) {
	t.Parallel()
	cmd, addr := start(t, "-addr", "127.0.0.1:0", "-dir", t.TempDir())
	silent, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	resp, err := http.Get("http://" + addr + "/") // accepted after the other one
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
}

// start runs the program until the test's end, if it has not ended by then.
func start(t *testing.T, args ...string) (cmd *exec.Cmd, addr string) {
	t.Helper()
	cmd = exec.Command(os.Args[0], args...)
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
	return cmd, addr
}
