package accesslog_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/accesslog"
)

func TestLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := new(sink)
		l := accesslog.New(&accesslog.Options{Writer: out, FirstByte: true})
		h := l.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			middleware.RecordOf(w).SetRequestID("id-1")
			time.Sleep(1500 * time.Microsecond)
			w.WriteHeader(201)
			_, _ = w.Write([]byte("hello"))
			time.Sleep(time.Second)
			r.URL.Path = "/changed"
		}))
		r := httptest.NewRequest("POST", "/a%20b?secret=1", nil)
		r.Header.Set("User-Agent", "test/1")
		h.ServeHTTP(httptest.NewRecorder(), r)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		want := `{"time":"2000-01-01T00:00:00.000000Z","method":"POST","path":"/a b","status":201,"bytes":5,"duration_ms":1001.500,` +
			`"first_byte_ms":1.500,"request_id":"id-1","remote_addr":"192.0.2.1:1234","user_agent":"test/1"}` + "\n"
		if got := out.text(); got != want {
			t.Errorf("got  %swant %s", got, want)
		}
	})
}

func TestTimeIsExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := new(sink)
		l := accesslog.New(&accesslog.Options{Writer: out})
		var want []string
		for range 50 {
			time.Sleep(123456789 * time.Nanosecond)
			want = append(want, time.Now().UTC().Format("2006-01-02T15:04:05.000000Z"))
			serve(l, 1)
		}
		_ = l.Close()
		for i, m := range decode(t, out.text()) {
			if m["time"] != want[i] {
				t.Errorf("time %v, want %v", m["time"], want[i])
			}
		}
	})
}

func TestPanicIsLoggedAndGoesOn(t *testing.T) {
	for name, began := range map[string]bool{"before the first byte": false, "after": true} {
		out := new(sink)
		l := accesslog.New(&accesslog.Options{Writer: out})
		h := l.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if began {
				w.WriteHeader(201)
			}
			panic("boom")
		}))
		func() {
			defer func() {
				if v := recover(); v != "boom" {
					t.Errorf("%s: recovered %v, want boom", name, v)
				}
			}()
			h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
		}()
		_ = l.Close()
		want := map[bool]float64{false: 0, true: 201}[began]
		if m := decode(t, out.text()); len(m) != 1 || m[0]["aborted"] != true || m[0]["status"] != want {
			t.Errorf("%s: %v, want one aborted line with status %v", name, m, want)
		}
	}
}

func TestNothingWrittenIs200(t *testing.T) {
	out := new(sink)
	l := accesslog.New(&accesslog.Options{Writer: out})
	l.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})).
		ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	_ = l.Close()
	if m := decode(t, out.text()); len(m) != 1 || m[0]["status"] != 200.0 {
		t.Errorf("%v, want status 200", m)
	}
}

func TestLongFieldsAreCutBetweenCharacters(t *testing.T) {
	for limit := 1; limit < 12; limit++ {
		out := new(sink)
		l := accesslog.New(&accesslog.Options{Writer: out, MaxField: limit})
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.Path = strings.Repeat("日", 5)
		l.Middleware(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), r)
		_ = l.Close()
		got := decode(t, out.text())[0]["path"].(string)
		if want := strings.Repeat("日", limit/3); got != want {
			t.Errorf("limit %d: path %q, want %q", limit, got, want)
		}
	}
}

// What looks like the inside of one long character has no place to be cut at, and does not vanish for that.
func TestLongFieldWithoutCharacters(t *testing.T) {
	out := new(sink)
	l := accesslog.New(&accesslog.Options{Writer: out, MaxField: 20})
	r := httptest.NewRequest("GET", "/", nil)
	r.URL.Path = strings.Repeat("\x80", 100)
	l.Middleware(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), r)
	_ = l.Close()
	if got := decode(t, out.text())[0]["path"]; got != strings.Repeat("\ufffd", 16) {
		t.Errorf("path %q, want 16 replacement characters", got)
	}
}

// The oracle is encoding/json: each line is one valid object whose strings are what encoding/json makes of the request's.
func FuzzLine(f *testing.F) {
	f.Add("GET", "/a\nb\"\\\x00", "1.2.3.4:5", "ua\xff\u2028", "id", 7)
	f.Fuzz(func(t *testing.T, method, path, remote, agent, id string, n int) {
		out := new(sink)
		l := accesslog.New(&accesslog.Options{Writer: out, MaxField: 1 << 20, Buffer: 1 << 22})
		body := make([]byte, n&0xff)
		h := l.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			middleware.RecordOf(w).SetRequestID(id)
			_, _ = w.Write(body)
		}))
		r := &http.Request{Method: method, URL: &url.URL{Path: path}, RemoteAddr: remote, Header: http.Header{"User-Agent": {agent}}}
		h.ServeHTTP(httptest.NewRecorder(), r)
		_ = l.Close()
		if text := out.text(); strings.Count(text, "\n") != 1 || !utf8.ValidString(text) {
			t.Fatalf("%q is not one line of UTF-8", text)
		}
		m := decode(t, out.text())[0]
		for key, in := range map[string]string{"method": method, "path": path, "remote_addr": remote, "user_agent": agent, "request_id": id} {
			if got, want := m[key], asJSON(t, in); got != want {
				t.Errorf("%s: %q, want %q", key, got, want)
			}
		}
		if m["bytes"] != float64(len(body)) || m["status"] != 200.0 {
			t.Errorf("bytes %v, status %v, want %d, 200", m["bytes"], m["status"], len(body))
		}
	})
}

func asJSON(t *testing.T, s string) (out string) {
	t.Helper()
	b, err := json.Marshal(s)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}
