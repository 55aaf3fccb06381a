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
	cmd := exec.Command(os.Args[0], "-addr", "127.0.0.1:0")
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
	for _, tt := range []struct {
		method, target, key string
		status              int
		body                string
	}{
		{"GET", "/users/42", "", 200, `{"id":"42","friends":"/users/42/friends"}` + "\n"},
		{"POST", "/users/42", "", 405, "Method Not Allowed\n"},
		{"GET", "/users/a%2Fb", "", 400, "400 ambiguous path\n"},
		{"PUT", "/admin/closed/true", "", 401, "who are you?\n"},
		{"PUT", "/admin/closed/true", "secret", 200, "closed: true\n"},
		{"GET", "/users/42", "", 503, "closed for today\n"},
		{"PUT", "/admin/closed/false", "secret", 200, "closed: false\n"},
		{"GET", "/users/7", "", 200, `{"id":"7","friends":"/users/7/friends"}` + "\n"},
		{"GET", "/admin/routes", "secret", 200, "PUT /admin/closed/{closed}\nGET /admin/routes\nGET /users/{id}\nGET /users/{id}/friends\n"},
	} {
		r, _ := http.NewRequestWithContext(t.Context(), tt.method, "http://"+addr+tt.target, nil)
		r.Header.Set("X-Key", tt.key)
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != tt.status || string(body) != tt.body {
			t.Errorf("%s %s: %d %q, want %d %q", tt.method, tt.target, resp.StatusCode, body, tt.status, tt.body)
		}
		if resp.Header.Get("X-Request-Id") == "" {
			t.Errorf("%s %s has no id", tt.method, tt.target)
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
