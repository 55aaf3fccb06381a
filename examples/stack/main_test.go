package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
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

// The program as a user runs it, once for each framework: started, asked, killed, started again, stopped by SIGTERM.
func TestProgram(t *testing.T) {
	for framework, route := range map[string]string{"nethttp": "GET /users/{id}", "gin": "GET /users/:id", "chi": "GET /users/{id}"} {
		t.Run(framework, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			p := start(t, framework, dir)
			p.check(t, route)
			if err := p.cmd.Process.Kill(); err != nil { // what it had handed over is there all the same
				t.Fatal(err)
			}
			_ = p.cmd.Wait()
			p = start(t, framework, dir)
			p.stop(t)
			checkLog(t, filepath.Join(dir, "access.log"))
		})
	}
}

type program struct {
	cmd  *exec.Cmd
	addr string
}

func start(t *testing.T, framework, dir string) *program {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-addr", "127.0.0.1:0", "-framework", framework, "-dir", dir, "-delay", "1ms")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	addr, found := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if err != nil || !found {
		t.Fatalf("first line %q, %v", line, err)
	}
	return &program{cmd, "http://" + addr}
}

func (p *program) ask(t *testing.T, method, path, body string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(method, p.addr+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if method == "CHUNKED" {
		r.Method, r.ContentLength = "POST", -1
	}
	// Asked to close after its answer, net/http does not read what is left of a body, and the answer is lost in a reset.
	tr := new(http.Transport)
	defer tr.CloseIdleConnections()
	client := &http.Client{Transport: tr, Timeout: 20 * time.Second}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(b)
}

func (p *program) check(t *testing.T, route string) {
	t.Helper()
	for _, c := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", "/slow", "", 503, ""}, {"CHUNKED", "/echo", strings.Repeat("x", 65<<10), 413, ""}, {"DELETE", "/users/42", "", 405, ""},
		{"GET", "/users/42", "", 200, "user 42\n"}, {"POST", "/echo", "hello", 200, "hello"}, {"GET", "/nowhere", "", 404, ""},
		{"POST", "/echo", strings.Repeat("x", 65<<10), 413, ""}, {"GET", "/boom", "", 500, "Internal Server Error"},
		{"GET", "/livez", "", 200, "live"}, {"GET", "/readyz", "", 200, "ready"},
	} {
		resp, body := p.ask(t, c.method, c.path, c.body)
		if resp.StatusCode != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s %s: %d %q, want %d %q", c.method, c.path, resp.StatusCode, body, c.status, c.want)
		}
		if id := resp.Header.Get("X-Request-Id"); (id == "") != strings.HasSuffix(c.path, "z") {
			t.Errorf("%s: request id %q", c.path, id)
		}
	}
	_, text := p.ask(t, "GET", "/metrics", "")
	if want := `_count{code="2xx",route="` + route + `"} 1`; !strings.Contains(text, want) {
		t.Errorf("no %s in\n%s", want, text)
	}
}

func (p *program) stop(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
}

// checkLog looks for the lines of both lives of the program.
func checkLog(t *testing.T, name string) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	n := map[string]int{}
	for line := range strings.Lines(string(b)) {
		var m struct{ Path, Msg string }
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		n[m.Path]++
		n[m.Msg]++
	}
	for what, want := range map[string]int{"/users/42": 2, "/echo": 3, "/slow": 1, "/nowhere": 1, "/boom": 2, "handler panicked": 1, "serving": 2} {
		if n[what] != want {
			t.Errorf("%d lines of %q, want %d", n[what], what, want)
		}
	}
}

// A framework named without its flag is not answered by serving another.
func TestArgumentIsRefused(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second) // what is not refused would serve for ever
	defer cancel()
	out, err := exec.CommandContext(ctx, os.Args[0], "-addr", "127.0.0.1:0", "-dir", t.TempDir(), "gin").CombinedOutput()
	if err == nil || ctx.Err() != nil || !strings.Contains(string(out), "-framework gin") {
		t.Errorf("%v: %s", err, out)
	}
}

// A body that breaks off is not one that was too long.
func TestBrokenBody(t *testing.T) {
	for framework, api := range apis {
		w := httptest.NewRecorder()
		api().ServeHTTP(w, httptest.NewRequest("POST", "/echo", iotest.ErrReader(io.ErrUnexpectedEOF)))
		if w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d, want 400", framework, w.Code)
		}
	}
}
