package main

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/examples/internal/program"

	"github.com/hotpath-go/hotpath/keepalive"
)

func TestMain(m *testing.M) { program.Main(m, main) }

// Every backend is restarted at least once under load; not one request fails where that can be had.
func TestBackendsRestartOneByOne(t *testing.T) {
	p := program.Start(t, "-restart", "150ms")

	transport := new(keepalive.Transport)
	client := &http.Client{Transport: transport}
	var asked, failed atomic.Int64
	var load sync.WaitGroup
	until := time.Now().Add(1200 * time.Millisecond)
	for w := range 8 {
		load.Go(func() {
			for i := 0; time.Now().Before(until); i++ {
				asked.Add(1)
				if body, ok := ask(client, p.URL+"/", (w+i)%2 == 0); !ok {
					failed.Add(1)
					t.Log(body)
				}
				time.Sleep(time.Millisecond)
			}
		})
	}
	load.Wait()
	var allowed int64 // to fail: without the proof, those that met a backend's end
	if !proves {
		allowed = asked.Load() / 100
	}
	if failed.Load() > allowed || asked.Load() < 100 {
		t.Errorf("%d of %d requests failed", failed.Load(), asked.Load())
	}
	var stats keepalive.Stats
	resp, err := client.Get(p.URL + "/stats")
	if err == nil {
		err = json.NewDecoder(resp.Body).Decode(&stats)
		_ = resp.Body.Close()
	}
	if err != nil || len(stats.Addrs) != 3 {
		t.Fatalf("stats = %+v, %v, want 3 backends", stats, err)
	}
	for name, c := range stats.Addrs {
		if c.Dials < 2 {
			t.Errorf("%s was dialed %d times: it was not restarted under load", name, c.Dials)
		}
	}
	client.CloseIdleConnections()
	p.Stop()
}

func ask(client *http.Client, url string, post bool) (string, bool) {
	var resp *http.Response
	var err error
	if post {
		resp, err = client.Post(url, "text/plain", struct{ io.Reader }{strings.NewReader("a body that streams")})
	} else {
		resp, err = client.Get(url)
	}
	if err != nil {
		return err.Error(), false
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	return resp.Status + " " + string(b), err == nil && resp.StatusCode == http.StatusOK && strings.HasPrefix(string(b), "hello from backend ")
}
