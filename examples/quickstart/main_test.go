package main

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/examples/internal/program"
)

func TestMain(m *testing.M) { program.Main(m, main) }

// The program as a user runs it: started, asked, stopped by SIGTERM.
func TestProgram(t *testing.T) {
	p := program.Start(t)

	client := &http.Client{}
	resp, err := client.Get(p.URL + "/hello/world")
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

	p.Stop()
	if log := p.Stderr(); id == "" || !strings.Contains(log, `"request_id":"`+id+`"`) {
		t.Errorf("no access line with the request id %q:\n%s", id, log)
	}
}
