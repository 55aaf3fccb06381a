package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/hotpath-go/hotpath/keepalive"
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

// Every backend is restarted at least once under load; not one request fails where that can be had.
func TestBackendsRestartOneByOne(t *testing.T) {
	var log strings.Builder
	cmd := exec.Command(os.Args[0], "-addr", "127.0.0.1:0", "-restart", "150ms")
	cmd.Stderr = &log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	addr, found := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if err != nil || !found {
		t.Fatalf("first line %q, %v", line, err)
	}

	transport := new(keepalive.Transport)
	client := &http.Client{Transport: transport}
	var asked, failed atomic.Int64
	var load sync.WaitGroup
	until := time.Now().Add(1200 * time.Millisecond)
	for w := range 8 {
		load.Go(func() {
			for i := 0; time.Now().Before(until); i++ {
				asked.Add(1)
				if body, ok := ask(client, "http://"+addr+"/", (w+i)%2 == 0); !ok {
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
		t.Errorf("%d of %d requests failed:\n%s", failed.Load(), asked.Load(), &log)
	}
	var stats keepalive.Stats
	resp, err := client.Get("http://" + addr + "/stats")
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
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
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
