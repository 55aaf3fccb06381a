package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"go.uber.org/goleak"

	"github.com/hotpath-go/hotpath/codec"
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

var variants = [][2]string{{"std", "nethttp"}, {"hotpath", "nethttp"}, {"hotpath", "chi"}, {"hotpath", "gin"}, {"hotpath", "echo"}}

func serve(t *testing.T, lib, framework string) *httptest.Server {
	t.Helper()
	h, err := handler(lib, framework, sample)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

func ask(t *testing.T, s *httptest.Server, method, contentType, body string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL+"/events", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	resp, err := s.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(got)
}

// All variants answer with the same bytes, those of encoding/json.
func TestVariantsAgree(t *testing.T) {
	const event = `{"id":"1","type":"WatchEvent","actor":{"login":"<&>"},"payload":{"a":[1, 2]},"created_at":"2026-11-23T12:00:00Z","more":true}`
	var page stdPage
	if err := json.Unmarshal(sample, &page.Events); err != nil {
		t.Fatal(err)
	}
	want, err := json.Marshal(page)
	if err != nil {
		t.Fatal(err)
	}
	var added stdEvent
	if err := json.Unmarshal([]byte(event), &added); err != nil {
		t.Fatal(err)
	}
	wantAdded, err := json.Marshal(added)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range variants {
		s := serve(t, v[0], v[1])
		resp, body := ask(t, s, "GET", "", "")
		if resp.StatusCode != 200 || body != string(want) || !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
			t.Errorf("%v: GET %d %s\n got %s\nwant %s", v, resp.StatusCode, resp.Header, body, want)
		}
		if v[0] == "hotpath" && resp.ContentLength != int64(len(want)) {
			t.Errorf("%v: Content-Length %d, want %d", v, resp.ContentLength, len(want))
		}
		if resp, body = ask(t, s, "POST", "application/json", event); resp.StatusCode != 201 || strings.TrimSpace(body) != string(wantAdded) {
			t.Errorf("%v: POST %d\n got %s\nwant %s", v, resp.StatusCode, body, wantAdded)
		}
		if _, body = ask(t, s, "GET", "", ""); !strings.Contains(body, string(wantAdded)) {
			t.Errorf("%v: the event was not added: %s", v, body)
		}
	}
}

// Wrong bodies are refused with their status by every framework.
func TestRefusals(t *testing.T) {
	for _, v := range variants[1:] {
		s := serve(t, v[0], v[1])
		for _, tc := range []struct {
			name, contentType, body string
			want                    int
		}{
			{"malformed", "application/json", `{"id":`, 400},
			{"wrong type", "application/json", `{"id":1}`, 422},
			{"bad time", "application/json", `{"created_at":"yesterday"}`, 422},
			{"too large", "application/json", `{"id":"` + strings.Repeat("x", bodyLimit) + `"}`, 413},
		} {
			resp, body := ask(t, s, "POST", tc.contentType, tc.body)
			if resp.StatusCode != tc.want {
				t.Errorf("%v: %s: %d, want %d: %s", v, tc.name, resp.StatusCode, tc.want, body)
			}
		}
	}
}

// broken is a value that cannot be encoded.
type broken struct{}

func (broken) AppendJSON(dst []byte) ([]byte, error) {
	return append(dst, `{"half":`...), codec.ErrDepth
}

// An error while encoding leaves the connection without half a body.
func TestNothingIsSentOnFailure(t *testing.T) {
	e := echo.New()
	e.JSONSerializer = echoJSON{}
	e.GET("/", func(c echo.Context) error { return c.JSON(200, broken{}) })
	rec := httptest.NewRecorder()
	e.ServeHTTP(rec, httptest.NewRequest("GET", "/", nil))
	if rec.Code != 500 || strings.Contains(rec.Body.String(), "half") {
		t.Errorf("echo: %d %s", rec.Code, rec.Body)
	}
	rec = httptest.NewRecorder()
	if err := (ginRender{broken{}}).Render(rec); err == nil || rec.Body.Len() > 0 {
		t.Errorf("gin: %v, %s", err, rec.Body)
	}
}

// gin's hook hands on what is not generated.
func TestGinHookServesOtherTypes(t *testing.T) {
	var m map[string]int
	if err := (ginJSON{}).NewDecoder(strings.NewReader(`{"a":1}`)).Decode(&m); err != nil || m["a"] != 1 {
		t.Errorf("%v, %v", m, err)
	}
	d := ginJSON{}.NewDecoder(strings.NewReader(`{"nope":1}`))
	d.DisallowUnknownFields()
	if err := d.Decode(new(Event)); err == nil {
		t.Error("an unknown field was accepted")
	}
	if b, err := (ginJSON{}).Marshal(m); err != nil || string(b) != `{"a":1}` {
		t.Errorf("%s, %v", b, err)
	}
	var r Repo
	if err := (ginJSON{}).Unmarshal([]byte(`{"id":7}`), &r); err != nil || r.ID != 7 {
		t.Errorf("%v, %v", r, err)
	}
}

// The committed event_codec.go is what the go:generate line makes today.
func TestGeneratedCodeIsFresh(t *testing.T) {
	cmd := exec.Command("go", "run", "github.com/hotpath-go/hotpath/codec/cmd/codecgen", "-type", "Page,Event", "-check")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// The program as a user runs it: started, asked, stopped by SIGTERM.
func TestProgram(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-addr", "127.0.0.1:0", "-framework", "chi", "-events", "events.json")
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
	resp, err := client.Get("http://" + addr + "/events")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	var page Page
	if err := codec.Decode(body, &page); err != nil || len(page.Events) != 4 || !bytes.Contains(page.Events[1].Payload, []byte("commits")) {
		t.Errorf("%v: %s", err, body)
	}
	client.CloseIdleConnections()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
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

// An event that is added does not copy those before it each time, and a page handed out before stays as it was.
func TestAddIsCheap(t *testing.T) {
	s := new(store)
	s.add(Event{ID: "0"})
	first := s.page()
	moved := 0
	for was := &s.events[0]; len(s.events) < 1000; was = &s.events[0] {
		s.add(Event{ID: "later"})
		if &s.events[0] != was {
			moved++
		}
	}
	if moved > 50 {
		t.Errorf("all events were copied %d times for 999 of them", moved)
	}
	if len(first.Events) != 1 || first.Events[0].ID != "0" {
		t.Errorf("the page changed: %+v", first.Events)
	}
}
