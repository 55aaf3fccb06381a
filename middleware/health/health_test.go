package health_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hotpath-go/hotpath/middleware/health"
)

func ask(h http.Handler) string {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	return fmt.Sprint(w.Code, " ", strings.TrimSpace(w.Body.String()))
}

func TestReadiness(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var broken atomic.Bool
		runs, release := 0, make(chan bool)
		h := health.New(&health.Options{Checks: []health.Check{
			{"database", func(context.Context) error {
				if runs++; broken.Load() {
					return errors.New("password=secret")
				}
				return nil
			}},
			{"stuck", func(context.Context) error {
				if broken.Load() {
					<-release
				}
				return nil
			}},
			{"panics", func(context.Context) error {
				if broken.Load() {
					panic("boom")
				}
				return nil
			}},
		}})
		for range 10 {
			if got := ask(h.Ready()); got != "200 ready" {
				t.Errorf("%s, want ready", got)
			}
		}
		broken.Store(true)
		if got := ask(h.Ready()); got != "200 ready" || runs != 1 {
			t.Errorf("%s after %d runs, want the result of one run for a second", got, runs)
		}
		time.Sleep(time.Second)
		start := time.Now()
		if got := ask(h.Ready()); got != "503 not ready: database, stuck, panics" || time.Since(start) != time.Second {
			t.Errorf("%s after %v", got, time.Since(start))
		}
		if got := ask(h.Live()); got != "200 live" {
			t.Errorf("liveness %s: checks are none of its business", got)
		}
		close(release)
	})
}

// A check that is stuck takes all the time there is; the others, which were done long before, did not fail for that.
func TestOnlyWhatFailedIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan bool)
		defer close(release)
		checks := []health.Check{{"stuck", func(context.Context) error { <-release; return nil }}}
		for range 30 {
			checks = append(checks, health.Check{Name: "fine", Run: func(context.Context) error { return nil }})
		}
		if got := ask(health.New(&health.Options{Checks: checks}).Ready()); got != "503 not ready: stuck" {
			t.Error(got)
		}
	})
}

// Who drains says so at once: nobody waits for checks whose result does not matter any more.
func TestDrainingRunsNoChecks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := health.Check{Name: "stuck", Run: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}
		h, asked := health.New(&health.Options{Checks: []health.Check{stuck}, Delay: -1}), make(chan string)
		go func() { asked <- ask(h.Ready()) }()
		synctest.Wait()
		_ = h.Drain(t.Context(), func(context.Context) error { return nil })
		if got := <-asked; got != "503 draining" {
			t.Errorf("%q, whose checks ran while the drain began", got)
		}
		time.Sleep(time.Hour) // nothing is cached
		start := time.Now()
		if got := ask(h.Ready()); got != "503 draining" || time.Since(start) != 0 {
			t.Errorf("%q after %v", got, time.Since(start))
		}
	})
}

func TestDrainStepByStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := health.New(&health.Options{Delay: 3 * time.Second})
		app := h.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {}))
		look := func(when string, ready string, status int, closing bool) {
			t.Helper()
			w := httptest.NewRecorder()
			app.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
			if got := ask(h.Ready()); got != ready || w.Code != status || (w.Header().Get("Connection") == "close") != closing {
				t.Errorf("%s: ready %q, app %d %v", when, got, w.Code, w.Header())
			}
		}
		look("serving", "200 ready", 200, false)
		shut := errors.New("what shutdown returned")
		var err error
		done := make(chan bool)
		go func() {
			defer close(done)
			err = h.Drain(t.Context(), func(context.Context) error { time.Sleep(time.Second); return shut })
		}()
		synctest.Wait()
		look("draining", "503 draining", 200, true)
		time.Sleep(2999 * time.Millisecond)
		look("still draining", "503 draining", 200, true)
		time.Sleep(2 * time.Millisecond)
		look("refusing", "503 draining", 503, true)
		if <-done; err != shut {
			t.Errorf("Drain returned %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		start := time.Now()
		_ = h.Drain(ctx, func(context.Context) error { return nil })
		if time.Since(start) != 0 {
			t.Error("Drain waits although its context has ended")
		}
		_ = health.New(&health.Options{Delay: -1}).Drain(t.Context(), func(context.Context) error { return nil })
		if time.Since(start) != 0 {
			t.Error("Drain waits although nobody has to see it")
		}
	})
}

// A second signal does not make a process that refuses serve again.
func TestSecondDrainGoesOnRefusing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := health.New(&health.Options{Delay: time.Hour})
		app := h.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request was served") }))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		shutdown := func(context.Context) error { return nil }
		_ = h.Drain(ctx, shutdown)
		again, cancel := context.WithCancel(t.Context())
		var second sync.WaitGroup
		second.Go(func() { _ = h.Drain(again, shutdown) })
		synctest.Wait()
		if got := ask(app); !strings.HasPrefix(got, "503 ") {
			t.Errorf("%s, want 503", got)
		}
		cancel()
		second.Wait()
	})
}

// The promise: processes come and go under keep-alive load, and a client that respects readiness, and retries nothing, sees no
// failure. With HOTPATH_SOAK=1 it is 200 of them.
func TestNoRequestFailsWhileServersDrain(t *testing.T) {
	restarts := 3
	if os.Getenv("HOTPATH_SOAK") == "1" {
		restarts = 200
	}
	b := &balancer{ends: map[string]time.Time{}}
	stop := make(chan bool)
	var wg sync.WaitGroup
	var served, late atomic.Int64
	old := start(t)
	b.set(old.addr)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	defer client.CloseIdleConnections()
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				switch inTime, err := b.post(client); {
				case !inTime:
					late.Add(1)
				case err != nil:
					t.Error(err)
					return
				default:
					served.Add(1)
				}
			}
		})
	}
	for i := range restarts {
		for deadline := time.Now().Add(20 * time.Second); served.Load() < 10*int64(i+1) && !t.Failed(); time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Errorf("%d requests before restart %d, %d came late: there is no load", served.Load(), i, late.Load())
			}
		}
		next, gone := start(t), make(chan bool)
		go func() { defer close(gone); old.stop(t, b, client) }()
		for got := ""; got != "503 draining"; time.Sleep(time.Millisecond) { // the balancer looks
			select {
			case <-gone:
				t.Fatalf("a server that is gone said %q", got)
			default:
				got = ask(old.health.Ready())
			}
		}
		b.set(next.addr)
		<-gone
		old = next
	}
	close(stop)
	wg.Wait()
	client.CloseIdleConnections()
	old.stop(t, b, client)
	t.Logf("soak: TestNoRequestFailsWhileServersDrain, %d restarts, %d requests, %d sent too late", restarts, served.Load(), late.Load())
}

// balancer sends requests to the one server that was ready when it looked.
type balancer struct {
	mu   sync.Mutex
	addr string
	ends map[string]time.Time // until when a request to a server that drains is in time
}

func (b *balancer) set(addr string) { b.mu.Lock(); b.addr = addr; b.mu.Unlock() }

func (b *balancer) drains(addr string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ends[addr] = time.Now().Add(delay / 2)
}

// post sends a request of a method that a transport does not repeat by itself. It was in time if it was written in the first half of
// the delay of the server that it went to: on a machine that is busy a client may be held up for longer, and that is no failure of
// the server, which may need the other half to take the request in.
func (b *balancer) post(c *http.Client) (inTime bool, err error) {
	b.mu.Lock()
	addr := b.addr
	b.mu.Unlock()
	var written atomic.Pointer[time.Time]
	trace := &httptrace.ClientTrace{WroteRequest: func(i httptrace.WroteRequestInfo) {
		if now := time.Now(); i.Err == nil {
			written.Store(&now)
		}
	}}
	err = exchange(httptrace.WithClientTrace(context.Background(), trace), c, addr)
	sent := time.Now()
	if at := written.Load(); at != nil {
		sent = *at
	}
	b.mu.Lock()
	end, drains := b.ends[addr]
	b.mu.Unlock()
	return err == nil || !drains || sent.Before(end), err
}

func exchange(ctx context.Context, c *http.Client, addr string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+addr+"/", strings.NewReader("x"))
	if err != nil {
		return err
	}
	resp, err := c.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != 200 || string(body) != "done" {
		return fmt.Errorf("%d %q %w", resp.StatusCode, body, err)
	}
	return nil
}

// delay is what the servers leave their clients. Half of it is more than a busy machine takes to go on with a request that was written.
const delay = 500 * time.Millisecond

type server struct {
	addr   string
	health *health.Health
	http   *http.Server
	ended  chan error
}

// start returns when the server is ready.
func start(t *testing.T) *server {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := health.New(&health.Options{Delay: delay})
	app := h.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(time.Millisecond)
		_, _ = io.WriteString(w, "done")
	}))
	s := &server{ln.Addr().String(), h, &http.Server{Handler: app}, make(chan error, 1)}
	go func() { s.ended <- s.http.Serve(ln) }()
	return s
}

// stop closes what the client dialled and never used when the server has closed all others: Shutdown would give it five seconds.
func (s *server) stop(t *testing.T, b *balancer, client *http.Client) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	shutdown := func(ctx context.Context) error {
		time.AfterFunc(20*time.Millisecond, client.CloseIdleConnections)
		return s.http.Shutdown(ctx)
	}
	b.drains(s.addr)
	if err := s.health.Drain(ctx, shutdown); err != nil {
		t.Errorf("Drain: %v", err)
	}
	if err := <-s.ended; err != http.ErrServerClosed {
		t.Error(err)
	}
}
