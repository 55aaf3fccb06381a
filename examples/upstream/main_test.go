package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
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
	var log strings.Builder // to be read after the end
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
	url := "http://" + addr + "/"

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
				name, start, ok := ask(client, url, (w+i)%2 == 0)
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
	resp, err := client.Get(url + "stats")
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
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil || t.Failed() {
		t.Errorf("after SIGTERM: %v:\n%s", err, &log)
	}
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

// A backend is chosen without the client's Host, which HTTP/1.0 need not send, and sees the one that was sent.
func TestHost(t *testing.T) {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Host) }))
	defer backend.Close()
	upstream := &keepalive.Upstream{Addrs: []string{backend.Listener.Addr().String()}}
	defer upstream.CloseIdleConnections()
	front := httptest.NewServer(handler(upstream))
	defer front.Close()
	for header, want := range map[string]string{"": "backends", "Host: shop.example\r\n": "shop.example"} {
		c, err := net.Dial("tcp", front.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = fmt.Fprintf(c, "GET / HTTP/1.0\r\n%s\r\n", header)
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK || string(got) != want {
			t.Errorf("with %q: %d, the backend saw %q, %v; want %q", header, resp.StatusCode, got, err, want)
		}
		_ = c.Close()
	}
}

func TestBackends(t *testing.T) {
	for list, want := range map[string]string{"": "", "a:1": "a:1", "a:1, [::1]:2": "a:1 [::1]:2"} {
		if got, err := backends(list); err != nil || strings.Join(got, " ") != want {
			t.Errorf("-backend %q: %q, %v", list, got, err)
		}
	}
	for _, list := range []string{",", "a:1,", "127.0.0.1", "a:", "http://127.0.0.1:9000"} {
		if got, err := backends(list); err == nil || !strings.HasPrefix(err.Error(), "-backend ") {
			t.Errorf("-backend %q: %q, %v, want an error that names the flag", list, got, err)
		}
	}
}
