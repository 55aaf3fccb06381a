package middleware_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/accesslog"
	"github.com/hotpath-go/hotpath/middleware/recovery"
	"github.com/hotpath-go/hotpath/middleware/requestid"
)

// stack is a real server with the whole chain around h.
type stack struct {
	*httptest.Server
	log *accesslog.Log
	out *lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func newStack(t *testing.T, http2 bool, h http.HandlerFunc) *stack {
	s := &stack{out: new(lockedBuffer)}
	s.log = accesslog.New(&accesslog.Options{Writer: s.out})
	c := middleware.Chain{s.log.Middleware, requestid.New(nil), recovery.New(nil)}
	s.Server = httptest.NewUnstartedServer(c.Then(h))
	s.EnableHTTP2 = http2
	if http2 {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(func() { s.lines(t) })
	return s
}

// lines stops the server, waits for all its handlers, and returns the log.
func (s *stack) lines(t *testing.T) string {
	t.Helper()
	s.Client().CloseIdleConnections()
	s.Close()
	if err := s.log.Close(); err != nil {
		t.Error(err)
	}
	s.out.mu.Lock()
	defer s.out.mu.Unlock()
	return s.out.b.String()
}

func (s *stack) get(t *testing.T) (*http.Response, string, error) {
	t.Helper()
	resp, err := s.Client().Get(s.URL + "/x")
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp, string(b), err
}

// over runs f against HTTP/1.1 and HTTP/2.
func over(t *testing.T, f func(t *testing.T, http2 bool)) {
	t.Run("http1", func(t *testing.T) { f(t, false) })
	t.Run("http2", func(t *testing.T) { f(t, true) })
}

func TestStackAnswers(t *testing.T) {
	over(t, func(t *testing.T, http2 bool) {
		s := newStack(t, http2, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, requestid.Value(w)) })
		resp, body, err := s.get(t)
		if err != nil || body == "" || body != resp.Header.Get("X-Request-Id") || (resp.ProtoMajor == 2) != http2 {
			t.Fatalf("body %q, header %q, %s, %v", body, resp.Header.Get("X-Request-Id"), resp.Proto, err)
		}
		if log := s.lines(t); !strings.Contains(log, `"request_id":"`+body+`"`) || !strings.Contains(log, `"status":200,"bytes":32,`) {
			t.Errorf("log %s", log)
		}
	})
}

func TestServerSentEventsArriveOneByOne(t *testing.T) {
	over(t, func(t *testing.T, http2 bool) {
		seen := make(chan struct{})
		s := newStack(t, http2, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			for i := range 3 {
				fmt.Fprintf(w, "data: %d\n\n", i)
				if i == 1 {
					if err := http.NewResponseController(w).Flush(); err != nil {
						t.Error(err)
					}
				} else {
					w.(http.Flusher).Flush()
				}
				select { // the next event is sent only once this one was read: a held flush would hang here
				case <-seen:
				case <-r.Context().Done():
					return
				}
			}
		})
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		req, _ := http.NewRequestWithContext(ctx, "GET", s.URL, nil)
		resp, err := s.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		events := bufio.NewReader(resp.Body)
		for i := range 3 {
			line, err := events.ReadString('\n')
			if want := fmt.Sprintf("data: %d\n", i); err != nil || line != want {
				t.Fatalf("event %q, %v, want %q", line, err, want)
			}
			_, _ = events.ReadString('\n')
			seen <- struct{}{}
		}
	})
}

func TestPanicBeforeTheFirstByte(t *testing.T) {
	over(t, func(t *testing.T, http2 bool) {
		s := newStack(t, http2, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusEarlyHints) // not final: it must not stand in the way of the 500
			w.Header().Set("Content-Length", "1000")
			panic("boom")
		})
		resp, body, err := s.get(t)
		if err != nil || resp.StatusCode != 500 || resp.Header.Get("Content-Type") != "application/problem+json" {
			t.Fatalf("%v %v, want a 500 problem", resp, err)
		}
		if !strings.Contains(body, resp.Header.Get("X-Request-Id")) || strings.Contains(body, "boom") {
			t.Errorf("body %s", body)
		}
		if log := s.lines(t); !strings.Contains(log, `"status":500,`) || strings.Contains(log, "aborted") {
			t.Errorf("log %s", log)
		}
	})
}

func TestPanicAfterTheFirstByteBreaksTheResponse(t *testing.T) {
	over(t, func(t *testing.T, http2 bool) {
		s := newStack(t, http2, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "half")
			w.(http.Flusher).Flush()
			panic("boom")
		})
		resp, body, err := s.get(t)
		if err == nil || resp.StatusCode != 200 || body != "half" {
			t.Fatalf("%q, %v: the client takes half a response for a whole one", body, err)
		}
		if log := s.lines(t); !strings.Contains(log, `"status":200,"bytes":4,`) || !strings.Contains(log, `"aborted":true`) {
			t.Errorf("log %s", log)
		}
	})
}

func TestHijackAndPanicInIt(t *testing.T) {
	s := newStack(t, false, func(w http.ResponseWriter, r *http.Request) {
		c, rw, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		_, _ = rw.WriteString("raw")
		_ = rw.Flush()
		panic("boom")
	})
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = io.WriteString(c, "GET /hijack HTTP/1.1\r\nHost: x\r\n\r\n")
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
	if got, err := io.ReadAll(c); err != nil || string(got) != "raw" {
		t.Errorf("client read %q, %v, want raw and nothing of ours", got, err)
	}
	// Nobody waits for the handler of a hijacked connection, not even Server.Close.
	for deadline := time.Now().Add(20 * time.Second); s.log.Stats().Handed == 0 && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	if log := s.lines(t); !strings.Contains(log, `"status":0,"bytes":0,`) || !strings.Contains(log, `"hijacked":true,"aborted":true`) {
		t.Errorf("log %s", log)
	}
}

func TestFileThroughTheStack(t *testing.T) {
	over(t, func(t *testing.T, http2 bool) {
		name := filepath.Join(t.TempDir(), "file")
		want := strings.Repeat("0123456789abcdef", 1<<14)
		if err := os.WriteFile(name, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		s := newStack(t, http2, func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, name) })
		if _, body, err := s.get(t); err != nil || body != want {
			t.Fatalf("%d bytes, %v, want %d", len(body), err, len(want))
		}
		if log := s.lines(t); !strings.Contains(log, `"status":200,"bytes":262144,`) {
			t.Errorf("log %s", log)
		}
	})
}

// spy is a server's writer whose ReadFrom sees what sendfile would get.
type spy struct {
	*httptest.ResponseRecorder
	source io.Reader
}

func (s *spy) ReadFrom(r io.Reader) (int64, error) { s.source = r; return io.Copy(io.Discard, r) }

// sendfile needs the *os.File itself (with its LimitReader), which every wrapper that copies in a loop takes away.
func TestCopyOfAFileReachesTheInnerReadFrom(t *testing.T) {
	log := accesslog.New(&accesslog.Options{Writer: io.Discard})
	defer log.Close()
	f, err := os.Open(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var n int64
	h := middleware.Chain{log.Middleware, requestid.New(nil), recovery.New(nil)}.Then(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err = io.Copy(w, io.LimitReader(f, 1<<16))
		if rec := middleware.RecordOf(w); rec.Bytes() != n {
			t.Errorf("recorded %d bytes of %d", rec.Bytes(), n)
		}
	}))
	w := &spy{ResponseRecorder: httptest.NewRecorder()}
	h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if l, ok := w.source.(*io.LimitedReader); err != nil || n != 1<<16 || !ok || l.R != io.Reader(f) {
		t.Errorf("the inner ReadFrom got %T, %d bytes, %v, want the LimitedReader of the file", w.source, n, err)
	}
}

// A goroutine keeps the writer over the next requests of a real server: the others' answers stay whole.
func TestKeptWriterOnAServer(t *testing.T) {
	kept := make(chan http.ResponseWriter, 1)
	s := newStack(t, false, func(w http.ResponseWriter, r *http.Request) {
		select {
		case kept <- w:
		default:
		}
		_, _ = io.WriteString(w, "answer")
	})
	if _, _, err := s.get(t); err != nil {
		t.Fatal(err)
	}
	old := <-kept
	kept <- nil // full: later requests leave it alone
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				lateWrite(t, old)
			}
		}
	}()
	for range 100 {
		if _, body, err := s.get(t); err != nil || body != "answer" {
			t.Errorf("body %q, %v, want answer", body, err)
		}
	}
	close(stop)
	<-stopped
}

// lateWrite accepts either form of refusal; late_test.go says which build gives which.
func lateWrite(t *testing.T, w http.ResponseWriter) {
	defer func() { _ = recover() }()
	if n, err := w.Write([]byte("LATE")); n != 0 || !errors.Is(err, middleware.ErrHandlerDone) {
		t.Errorf("late Write = %d, %v, want it refused", n, err)
	}
}
