package accesslog_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hotpath-go/hotpath/middleware/accesslog"
)

func TestSample(t *testing.T) {
	out := new(sink)
	l := accesslog.New(&accesslog.Options{Writer: out, Buffer: 1 << 24, Sample: accesslog.Sample{Every: 10}})
	serve(l, 5_000)
	_ = l.Close()
	s, lines := balanced(t, l), decode(t, out.text())
	// Binomial: 500 ± 21; ten deviations off is once in 10^23 runs.
	if n := len(lines); n < 290 || n > 710 || s.Handed != uint64(n) || s.Handed+s.Sampled != 5_000 || lines[0]["sample"] != 10.0 {
		t.Errorf("%d lines, %+v, want about 500 that say so", n, s)
	}
}

// Whatever went wrong, or slowly, has a line and stands for itself.
func TestSampleKeepsWhatMatters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, h := range map[string]http.HandlerFunc{
			"400":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(400) },
			"503":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) },
			"panic": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(200); panic("boom") },
			"slow":  func(http.ResponseWriter, *http.Request) { time.Sleep(time.Second) },
		} {
			out := new(sink)
			l := accesslog.New(&accesslog.Options{Writer: out, Sample: accesslog.Sample{Every: 1 << 30, Slow: time.Second}})
			func() {
				defer func() { _ = recover() }()
				l.Middleware(h).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
			}()
			_ = l.Close()
			if lines := decode(t, out.text()); len(lines) != 1 || lines[0]["sample"] != nil {
				t.Errorf("%s: %v, want a line", name, lines)
			}
		}
		l := accesslog.New(&accesslog.Options{Writer: new(sink), Sample: accesslog.Sample{Every: 1 << 30, Slow: time.Second}})
		serve(l, 10)
		_ = l.Close()
		if s := l.Stats(); s.Sampled != 10 {
			t.Errorf("%+v, want ten left out", s)
		}
	})
}
