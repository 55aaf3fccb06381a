package accesslog_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"testing/slogtest"

	"github.com/hotpath-go/hotpath/middleware/accesslog"
)

// record is a line of either format as slogtest wants it: groups as maps.
func record(t *testing.T, f accesslog.Format, line string) map[string]any {
	t.Helper()
	m := map[string]any{}
	if f == accesslog.JSON {
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		return m
	}
	for _, p := range pairs(t, line) {
		in, path := m, strings.Split(p[0], ".")
		for _, group := range path[:len(path)-1] {
			if in[group] == nil {
				in[group] = map[string]any{}
			}
			in = in[group].(map[string]any)
		}
		in[path[len(path)-1]] = p[1]
	}
	return m
}

func TestSlog(t *testing.T) {
	for _, f := range []accesslog.Format{accesslog.JSON, accesslog.Logfmt} {
		var out *sink
		var l *accesslog.Log
		slogtest.Run(t, func(t *testing.T) slog.Handler {
			out = new(sink)
			l = accesslog.New(&accesslog.Options{Writer: out, Format: f})
			return l.Handler(nil)
		}, func(t *testing.T) map[string]any {
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			return record(t, f, strings.TrimSuffix(out.text(), "\n"))
		})
	}
}

// shout is a value whose own JSON has line breaks.
type shout struct{}

func (shout) MarshalJSON() ([]byte, error) { return []byte("{\n\"a\":\n1}"), nil }

// Nothing in a record makes two lines of it, or they would be counted wrongly.
func TestSlogLines(t *testing.T) {
	for _, f := range []accesslog.Format{accesslog.JSON, accesslog.Logfmt} {
		out := new(sink)
		l := accesslog.New(&accesslog.Options{Writer: out, Format: f})
		log := slog.New(l.Handler(&slog.HandlerOptions{Level: slog.LevelWarn, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr { return a }}))
		log.Info("left out")
		log.Warn("a\nb", "k\ney", "v\nalue", "any", shout{}, "bytes", []byte("x\ny"))
		serve(l, 1)
		_ = l.Close()
		if s := balanced(t, l); s.Handed != 2 || s.Written != 2 || strings.Count(out.text(), "\n") != 2 {
			t.Errorf("%+v, %q, want two lines", s, out.text())
		}
	}
}

// Lines of several goroutines and of requests stay apart.
func TestSlogBesideRequests(t *testing.T) {
	var out bytes.Buffer
	l := accesslog.New(&accesslog.Options{Writer: &out})
	log := slog.New(l.Handler(nil)).With("from", "app")
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 500 {
			log.Info("hello")
		}
	}()
	serve(l, 500)
	<-done
	_ = l.Close()
	if n := len(decode(t, out.String())); n != 1000 {
		t.Errorf("%d lines, want 1000", n)
	}
}
