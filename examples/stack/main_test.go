package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/hotpath-go/hotpath/examples/internal/program"
)

func TestMain(m *testing.M) { program.Main(m, main) }

// The program as a user runs it, once for each framework: started, asked, killed, started again, stopped by SIGTERM.
func TestProgram(t *testing.T) {
	for framework, route := range map[string]string{"nethttp": "GET /users/{id}", "gin": "GET /users/:id", "chi": "GET /users/{id}"} {
		t.Run(framework, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			args := []string{"-framework", framework, "-dir", dir, "-delay", "1ms"}
			p := program.Start(t, args...)
			check(t, p.URL, route)
			p.Kill() // what it had handed over is there all the same
			program.Start(t, args...).Stop()
			checkLog(t, filepath.Join(dir, "access.log"))
		})
	}
}

func ask(t *testing.T, method, url, body string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
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

func check(t *testing.T, root, route string) {
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
		resp, body := ask(t, c.method, root+c.path, c.body)
		if resp.StatusCode != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s %s: %d %q, want %d %q", c.method, c.path, resp.StatusCode, body, c.status, c.want)
		}
		if id := resp.Header.Get("X-Request-Id"); (id == "") != strings.HasSuffix(c.path, "z") {
			t.Errorf("%s: request id %q", c.path, id)
		}
	}
	_, text := ask(t, "GET", root+"/metrics", "")
	if want := `_count{code="2xx",route="` + route + `"} 1`; !strings.Contains(text, want) {
		t.Errorf("no %s in\n%s", want, text)
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
	program.Refuses(t, "-framework gin", "-dir", t.TempDir(), "gin")
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
