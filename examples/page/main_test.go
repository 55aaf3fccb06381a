package main

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/examples/internal/program"
)

func TestMain(m *testing.M) { program.Main(m, main) }

// The program as a user runs it: started in each of its forms, asked, stopped by SIGTERM.
func TestProgram(t *testing.T) {
	pages := map[string]string{}
	for _, framework := range []string{"nethttp", "gin"} {
		for _, fast := range []string{"true", "false"} {
			t.Run(framework+fast, func(t *testing.T) {
				try(t, pages, fast == "true", "-framework", framework, "-zerocopy="+fast, "-addr", "127.0.0.1:0")
			})
		}
	}
}

// pages has what another form of the program answered: all must answer the same.
func try(t *testing.T, pages map[string]string, fast bool, args ...string) {
	p := program.Start(t, args...)
	for query, size := range map[string]int{
		"?size=300&parts=2": 300, "": 4096, "?size=4096&parts=3": 4096, "?size=65536&parts=16": 65536,
		"?size=1048576&parts=64": 1 << 20, "?size=10&parts=3": -1, "?parts=x": -1,
	} {
		resp, err := http.Get(p.URL + "/page" + query)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		got := string(b)
		if size < 0 {
			if resp.StatusCode != 400 {
				t.Errorf("%s: %s", query, resp.Status)
			}
			continue
		}
		if err != nil || resp.StatusCode != 200 || len(got) != size || !strings.Contains(got, "&lt;value&gt;") || !strings.HasSuffix(got, "\n") {
			t.Errorf("%s: %s, %d bytes, %v", query, resp.Status, len(got), err)
		}
		if fast && resp.ContentLength != int64(size) {
			t.Errorf("%s: Content-Length %d", query, resp.ContentLength)
		}
		if head, err := http.Head(p.URL + "/page" + query); err != nil || head.StatusCode != 200 {
			t.Errorf("HEAD %s: %v, %v", query, head, err)
		}
		if want, seen := pages[query]; seen && got != want {
			t.Errorf("%s: not the page of the other form", query)
		}
		pages[query] = got
	}
	http.DefaultClient.CloseIdleConnections()
	p.Stop()
}

// A framework named without its flag is not answered by serving another.
func TestArgumentIsRefused(t *testing.T) { program.Refuses(t, "-framework gin", "gin") }
