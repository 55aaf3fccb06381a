package accesslog_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/accesslog"
)

// pairs reads a line of logfmt.
func pairs(t *testing.T, line string) (out [][2]string) {
	t.Helper()
	for line != "" {
		key, rest, ok := strings.Cut(line, "=")
		if !ok || strings.ContainsAny(key, " \"") {
			t.Fatalf("no key in %q", line)
		}
		value := rest
		if strings.HasPrefix(rest, `"`) {
			quoted, err := strconv.QuotedPrefix(rest)
			if err != nil {
				t.Fatalf("%q: %v", rest, err)
			}
			value, _ = strconv.Unquote(quoted)
			rest = rest[len(quoted):]
		} else {
			value, _, _ = strings.Cut(rest, " ")
			rest = rest[len(value):]
		}
		out = append(out, [2]string{key, value})
		if rest != "" && rest[0] != ' ' {
			t.Fatalf("%q behind a value", rest)
		}
		line = strings.TrimPrefix(rest, " ")
	}
	return out
}

func TestLogfmt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := new(sink)
		l := accesslog.New(&accesslog.Options{Writer: out, Format: accesslog.Logfmt, FirstByte: true})
		h := l.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(1500 * time.Microsecond)
			_, _ = w.Write([]byte("hello"))
		}))
		r := httptest.NewRequest("POST", "/a%20b", nil)
		r.Header.Set("User-Agent", "test/1")
		h.ServeHTTP(httptest.NewRecorder(), r)
		_ = l.Close()
		want := `time=2000-01-01T00:00:00.000000Z method=POST path="/a b" status=200 bytes=5 duration_ms=1.500 first_byte_ms=1.500 ` +
			`request_id="" remote_addr=192.0.2.1:1234 user_agent=test/1` + "\n"
		if got := out.text(); got != want {
			t.Errorf("got  %swant %s", got, want)
		}
	})
}

// No byte that a client sends ends a value or a line.
func FuzzLogfmt(f *testing.F) {
	f.Add("GET", "/a b\n\"\\\x00=", "1.2.3.4:5", "ua\xff\u2028\u0085", "id")
	f.Fuzz(func(t *testing.T, method, path, remote, agent, id string) {
		out := new(sink)
		l := accesslog.New(&accesslog.Options{Writer: out, Format: accesslog.Logfmt, MaxField: 1 << 20, Buffer: 1 << 22})
		h := l.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { middleware.RecordOf(w).SetRequestID(id) }))
		h.ServeHTTP(httptest.NewRecorder(), &http.Request{Method: method, URL: &url.URL{Path: path}, RemoteAddr: remote, Header: http.Header{"User-Agent": {agent}}})
		_ = l.Close()
		text := out.text()
		if strings.Count(text, "\n") != 1 || !utf8.ValidString(text) {
			t.Fatalf("%q is not one line of UTF-8", text)
		}
		got := pairs(t, strings.TrimSuffix(text, "\n"))
		want := [][2]string{{"method", method}, {"path", path}, {}, {}, {}, {"request_id", id}, {"remote_addr", remote}, {"user_agent", agent}}
		if len(got) != len(want)+1 {
			t.Fatalf("%q: %d pairs, want %d", text, len(got), len(want)+1)
		}
		for i, p := range want {
			if p[0] != "" && (got[i+1][0] != p[0] || got[i+1][1] != asJSON(t, p[1])) {
				t.Errorf("%q, want %s=%q", got[i+1], p[0], asJSON(t, p[1]))
			}
		}
	})
}
