package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

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

// The program as a user runs it: started, asked, stopped by SIGTERM.
func TestProgram(t *testing.T) {
	var access strings.Builder
	cmd := exec.Command(os.Args[0], "-addr", "127.0.0.1:0")
	cmd.Stderr = &access
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

	client := &http.Client{}
	resp, err := client.Get("http://" + addr + "/hello/world")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if got := string(body); resp.StatusCode != 200 || got != "Hello, world!\n" {
		t.Errorf("got %d %q, want 200 and Hello, world!", resp.StatusCode, got)
	}
	if got := resp.Header.Get("Keep-Alive"); got != "timeout=60" {
		t.Errorf("Keep-Alive: %q, want timeout=60", got)
	}
	id := resp.Header.Get("X-Request-Id")
	client.CloseIdleConnections()

	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
	if log := access.String(); id == "" || !strings.Contains(log, `"request_id":"`+id+`"`) {
		t.Errorf("no access line with the request id %q:\n%s", id, log)
	}
}
