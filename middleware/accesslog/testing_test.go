package accesslog_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/hotpath-go/hotpath/middleware/accesslog"
)

// sink is a Writer that can be stuck, slow to take, or failing.
type sink struct {
	mu   sync.Mutex
	b    bytes.Buffer
	gate chan struct{} // nil: open; otherwise each Write waits for it to close
	fail func(p []byte) (int, error)
}

func (s *sink) Write(p []byte) (int, error) {
	if s.gate != nil {
		<-s.gate
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		if n, err := s.fail(p); err != nil {
			s.b.Write(p[:n])
			return n, err
		}
	}
	return s.b.Write(p)
}

func (s *sink) text() string { s.mu.Lock(); defer s.mu.Unlock(); return s.b.String() }

type writer func(p []byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

// serve sends n requests through the log, one after another.
func serve(l *accesslog.Log, n int) {
	h := l.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(204) }))
	r := httptest.NewRequest("GET", "/path", nil)
	for range n {
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
}

// decode fails the test unless every line is a JSON object.
func decode(t *testing.T, text string) (lines []map[string]any) {
	t.Helper()
	for line := range bytes.Lines([]byte(text)) {
		m := map[string]any{}
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatalf("line %q: %v", line, err)
		}
		lines = append(lines, m)
	}
	return lines
}

// balanced checks the promise of Stats and returns it.
func balanced(t *testing.T, l *accesslog.Log) accesslog.Stats {
	t.Helper()
	s := l.Stats()
	if s.Handed+s.Recovered != s.Written+s.Dropped+uint64(s.Pending) {
		t.Fatalf("%+v: handed and recovered lines are not those written, dropped and pending", s)
	}
	return s
}
