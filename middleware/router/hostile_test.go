package router

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/middleware"
)

// fragments are what attackers spell paths with.
var fragments = []string{
	"/", "/", "/", "//", "..;", "..%20", "a", "admin", "admin", "secret", ".", "..", "../", "/..", "%2e", "%2E%2e", ".%2e", "%2F", "%2f", "%5C", "\\", "%00", "\x00", "%", "%zz", "%2", ";",
	";x=1", "?", "#", "%3F", "%23", "%25", "%252e", "%252F", "%c0%ae", "%c0%af", "%e2%80%ae", "é", "\xff", "*", "{x}", "{$}", " ", "\t", "\n", "%0d%0a", "~", "ADMIN", "%61dmin",
	"adm%69n", "http://h/", "@", ":80", strings.Repeat("/a", 300), strings.Repeat("../", 100), strings.Repeat("%2e", 50),
}

func hostileTarget(r *rand.Rand) string {
	var b strings.Builder
	for range r.IntN(12) {
		if r.IntN(40) == 0 {
			b.WriteByte(byte(r.IntN(256)))
			continue
		}
		b.WriteString(fragments[r.IntN(len(fragments)-3*r.IntN(2))])
	}
	return b.String()
}

// hostile is how many targets a test makes: all of them with HOTPATH_SOAK=1.
func hostile() int {
	if n := cases(); n > 1_000_000 {
		return n
	}
	return cases() / 4
}

// targets calls f with what hostile targets become: as a server parses them, and as no server would make them.
func targets(f func(*http.Request)) {
	rnd := rand.New(rand.NewPCG(rand.Uint64(), 0))
	for range hostile() {
		target := hostileTarget(rnd)
		method := pick(rnd, someMethods)
		if u, err := url.ParseRequestURI(target); err == nil {
			f(&http.Request{Method: method, Host: pick(rnd, someHosts), URL: u, RequestURI: target, ProtoMajor: 1, ProtoMinor: 1})
		}
		f(&http.Request{Method: method, Host: "h", URL: &url.URL{Path: target, RawPath: hostileTarget(rnd)}, ProtoMajor: 1, ProtoMinor: 1})
	}
}

// fortress denies /admin and all below it and gives the rest to app.
func fortress(t *testing.T, o *Options, app Func) *Router {
	var table Table
	deny := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Error(w, "no", http.StatusForbidden) })
	table.Handle("/admin", deny)
	table.Handle("/admin/", deny)
	table.Handle("h/admin/{x}/{y...}", deny)
	table.Handle("/{path...}", app)
	table.Handle("/a/{x}/{y}", app)
	table.Handle("GET /a/{x}/b/{$}", app)
	table.Handle("GET h/a/{x}/b", app)
	return New(&table, o)
}

func TestHostileTargetsDoNotPanic(t *testing.T) {
	served := 0
	rt := fortress(t, nil, func(w http.ResponseWriter, r *http.Request, m middleware.Match) {
		served++
		for _, name := range []string{"x", "y", "path", "none"} {
			m.Value(name)
		}
	})
	targets(func(r *http.Request) {
		defer func() {
			if v := recover(); v != nil {
				t.Fatalf("%s %q %#v: panic %v", r.Method, r.RequestURI, r.URL, v)
			}
		}()
		rt.ServeHTTP(httptest.NewRecorder(), r)
	})
	t.Logf("soak: %s, %d targets", t.Name(), hostile())
	if served < hostile()/20 {
		t.Errorf("only %d of %d targets reached a handler", served, hostile())
	}
}

// Whatever a handler makes of the path, unescaped once or twice, cleaned, with backslashes: it is not below /admin.
func TestNoSpellingPassesADenyRule(t *testing.T) {
	served, dangerous := 0, 0
	rt := fortress(t, &Options{RefuseAmbiguous: true}, func(w http.ResponseWriter, r *http.Request, m middleware.Match) {
		served++
		for _, reading := range readings(r.URL.Path) {
			if below(reading) {
				t.Fatalf("%s %q passed as %q", r.Method, r.RequestURI, reading)
			}
		}
	})
	targets(func(r *http.Request) {
		if slices.ContainsFunc(readings(r.URL.Path), below) {
			dangerous++
		}
		rt.ServeHTTP(httptest.NewRecorder(), r)
	})
	t.Logf("soak: %s, %d targets", t.Name(), hostile())
	// About 36 and 24 in a thousand do; of 5,000, less than half of that is ten standard deviations away, or five.
	if served < hostile()/100 || dangerous < hostile()/100 {
		t.Errorf("of %d targets %d reached the app and %d meant /admin: the test says little", hostile(), served, dangerous)
	}
}

func below(p string) bool {
	p = path.Clean("/" + p)
	return p == "/admin" || strings.HasPrefix(p, "/admin/")
}

// readings are what careless code further on may take a path for.
func readings(p string) []string {
	out := []string{p, strings.ReplaceAll(p, `\`, "/"), strings.ReplaceAll(strings.ReplaceAll(p, "..;", ".."), ".. ", "..")}
	if before, _, ok := strings.Cut(p, "\x00"); ok {
		out = append(out, before)
	}
	if again, err := url.PathUnescape(p); err == nil && again != p {
		out = append(out, readings(again)...)
	}
	return out
}

// The same without the option: ServeMux's meaning, in which an escaped slash is text. The README says so; this keeps it true.
func TestAnEscapedSlashIsTextByDefault(t *testing.T) {
	var got string
	rt := fortress(t, nil, func(w http.ResponseWriter, r *http.Request, m middleware.Match) { got = m.Value("path") })
	for target, want := range map[string]string{"/x/..%2Fadmin": "x/../admin", "/x%2F..%2Fadmin": "x/../admin"} {
		got = ""
		w := httptest.NewRecorder()
		rt.ServeHTTP(w, request("GET", "other", target))
		if got != want || w.Code != 200 {
			t.Errorf("%s: %d, path %q, want 200, %q", target, w.Code, got, want)
		}
		w = httptest.NewRecorder()
		New(tableOf("/{path...}"), &Options{RefuseAmbiguous: true}).ServeHTTP(w, request("GET", "other", target))
		if w.Code != 400 {
			t.Errorf("%s with RefuseAmbiguous: %d, want 400", target, w.Code)
		}
	}
}

// Ways up that are none for net/http: Java servers cut a segment at its semicolon, Windows cuts spaces and dots from its end.
func TestWaysUpOfOtherServers(t *testing.T) {
	rt := New(tableOf("/{path...}"), &Options{RefuseAmbiguous: true})
	for target, want := range map[string]int{
		"/x/..;/admin": 400, "/x/..;a=1/admin": 400, "/x/%2e%2E;/admin": 400, "/.;/admin": 400, "/x/..;": 400,
		"/x/..%20/admin": 400, "/x/..%20.%20/admin": 400, "/.../admin": 400, "/x/.%20;a/admin": 400,
		"/x/a;b=1/c": 200, "/x/..a": 200, "/x/.well-known/;": 200, "/x/%20/y": 200, "/x/a..": 200,
	} {
		w := httptest.NewRecorder()
		rt.ServeHTTP(w, request("GET", "h", target))
		if w.Code != want {
			t.Errorf("%s: %d, want %d", target, w.Code, want)
		}
	}
}

func tableOf(patterns ...string) *Table {
	var t Table
	for _, p := range patterns {
		t.HandleFunc(p, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, p) })
	}
	return &t
}
