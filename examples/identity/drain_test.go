package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// leaver is a closed-loop client that leaves when it is asked to: by "Connection: close", or by readyz alone, going on
// over new connections until then. It retries nothing: its transport gets no second chance at a request.
type leaver struct {
	client http.Client
	stays  bool         // in spite of "Connection: close"
	ok     atomic.Int64 // requests
	failed error
}

func (l *leaver) run(url, token string, leaving func() bool) {
	defer l.client.CloseIdleConnections()
	for !leaving() {
		req, _ := http.NewRequest("POST", url+"/v1/users", http.NoBody) // not idempotent: net/http does not repeat it
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := l.client.Do(req)
		if err != nil {
			l.failed = err
			return
		}
		_, err = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusUnsupportedMediaType {
			l.failed = errors.Join(err, errors.New(resp.Status))
			return
		}
		l.ok.Add(1)
		if resp.Close && !l.stays {
			return
		}
	}
}

func TestRestartsFailNoRequest(t *testing.T) {
	restarts := 1
	if os.Getenv("HOTPATH_SOAK") != "" {
		restarts = 100
		t.Logf("soak: %s, %d restarts", t.Name(), restarts)
	}
	eachVariant(t, func(t *testing.T, variant string) {
		t.Parallel()
		dir := t.TempDir()
		for range restarts {
			p := startProcess(t, "-variant", variant, "-data", dir, "-drain", "1s")
			clients := make([]leaver, 8)
			var all sync.WaitGroup
			var unready atomic.Bool
			for i := range clients {
				clients[i].client.Transport = &http.Transport{}
				leaving := func() bool { return false } // half of them look only at their connection
				if i%2 == 0 {                           // and half only at readyz
					leaving, clients[i].stays = unready.Load, true
				}
				all.Go(func() { clients[i].run(p.url, "", leaving) })
			}
			for i := range clients {
				eventually(t, "a client is served", func() bool { return clients[i].ok.Load() > 0 })
			}
			p.signal(syscall.SIGTERM)
			all.Go(func() {
				defer unready.Store(true)
				if err := waitUnready(p.url); err != nil {
					t.Error(err)
				}
			})
			all.Wait()
			for i := range clients {
				if clients[i].failed != nil {
					t.Errorf("client %d: after %d requests: %v", i, clients[i].ok.Load(), clients[i].failed)
				}
			}
			if err := p.wait(); err != nil {
				t.Errorf("exit: %v: %s", err, p.stderr.String())
			}
		}
	})
}

// waitUnready returns nil when readyz has said 503.
func waitUnready(url string) error {
	for {
		resp, err := http.Get(url + "/readyz")
		if err != nil {
			return err
		}
		resp.Body.Close()
		if resp.StatusCode == http.StatusServiceUnavailable {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
}

// A client that asks and never reads is hung up on in time, and does not turn a clean end into a failed one.
func TestClientThatDoesNotRead(t *testing.T) {
	t.Parallel()
	eachVariant(t, func(t *testing.T, variant string) {
		t.Parallel()
		p := startProcess(t, "-variant", variant, "-data", t.TempDir(), "-drain", "0s")
		conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		requests := []byte(strings.Repeat("GET /v1/session HTTP/1.1\r\nHost: x\r\n\r\n", 1000))
		for err == nil { // until neither side takes any more
			conn.SetWriteDeadline(time.Now().Add(500 * time.Millisecond))
			_, err = conn.Write(requests)
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal(err)
		}
		p.terminate()
	})
}

// A request that outlives the patience of the end is cut, and the error says so.
func TestEndCutsARequest(t *testing.T) {
	arrived, leave := make(chan struct{}), make(chan struct{})
	d := &Drain{next: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { close(arrived); <-leave })}
	server := httptest.NewServer(d)
	defer server.Close()
	defer close(leave)
	go server.Client().Get(server.URL)
	<-arrived
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := d.Shutdown(ctx, server.Config, 0); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "requests cut") {
		t.Errorf("%v, want an error that says what happened", err)
	}
}

// While draining, new connections are still served, and told to close.
func TestDrainingStillServes(t *testing.T) {
	eachVariant(t, func(t *testing.T, variant string) {
		p := startProcess(t, "-variant", variant, "-data", t.TempDir(), "-drain", "1m")
		if a := call(t, "GET", p.url+"/readyz", ""); a.status != http.StatusOK {
			t.Fatalf("readyz before: %d", a.status)
		}
		p.signal(syscall.SIGTERM)
		eventually(t, "readyz is 503", func() bool {
			return call(t, "GET", p.url+"/readyz", "").status == http.StatusServiceUnavailable
		})
		fresh := &http.Client{Transport: &http.Transport{}}
		for range 5 {
			resp, err := fresh.Get(p.url + "/healthz")
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != http.StatusOK || !resp.Close {
				t.Errorf("while draining: %s, Connection: close %v", resp.Status, resp.Close)
			}
		}
		begin := time.Now()
		p.signal(syscall.SIGTERM)
		if err := p.wait(); err == nil || time.Since(begin) > 30*time.Second {
			t.Errorf("second signal: %v after %v, want an end at once by the signal", err, time.Since(begin))
		}
	})
}
