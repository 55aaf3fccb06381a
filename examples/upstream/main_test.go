package main

import (
	"encoding/json"
	"fmt"
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
	var restarted sync.Map // the backends that have answered after their first restart
	all := func() bool {
		n := 0
		restarted.Range(func(any, any) bool { n++; return true })
		return n == 3
	}
	var load sync.WaitGroup
	until := time.Now().Add(time.Minute)
	for w := range 8 {
		load.Go(func() {
			for i := 0; !all() && time.Now().Before(until); i++ {
				asked.Add(1)
				name, start, ok := ask(client, p.URL+"/", (w+i)%2 == 0)
				if !ok {
					failed.Add(1)
				} else if start > 1 {
					restarted.Store(name, true)
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
	if !all() {
		t.Error("not every backend was restarted under load")
	}
	client.CloseIdleConnections()
	p.Stop()
}

// ask returns which of a backend's starts has answered.
func ask(client *http.Client, url string, post bool) (name, start int, ok bool) {
	var resp *http.Response
	var err error
	if post {
		resp, err = client.Post(url, "text/plain", struct{ io.Reader }{strings.NewReader("a body that streams")})
	} else {
		resp, err = client.Get(url)
	}
	if err != nil {
		return 0, 0, false
	}
	defer func() { _ = resp.Body.Close() }()
	n, err := fmt.Fscanf(resp.Body, "hello from backend %d, start %d\n", &name, &start)
	return name, start, n == 2 && err == nil && resp.StatusCode == http.StatusOK
}
