package router

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/middleware"
)

// The pieces that random patterns and targets are made of: few, so that they meet often, and every spelling of them.
var (
	someMethods  = []string{"GET", "GET", "GET", "HEAD", "POST", "CONNECT", "PUT", "OPTIONS"}
	someHosts    = []string{"h", "h", "h", "other", "h:80", "other:80", "[::1]", "[::1]:80", "h:x:y", ""}
	patternHosts = []string{"", "", "", "", "h", "other", "[::1]", "::1", "h:80"}
	someLiterals = []string{
		"a", "a", "b", "b", "ab", "abc", "%61", "a%2Fb", "%2F", "%2f", "%25", "a%2", "%zz", "é", "%C3%A9", "a!b", "a b", "a;b", ".a", "..a", "a.", "%2E", "%2e%2e", "%00",
		"a%252Fb", "%2541", "$", "~", "+", "{", "a}",
	}
	targetExtras = []string{"", ".", "..", "c", "ba", "a%", "x%20y", "x?", "<", "%2F%2F", "a%2Fb%2Fc", "\\", "%5C", "%2e", "..%2F", "%252e%252e"}
	wildNames    = []string{"x", "y", "z", "ß", "_1"}
)

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

func randomPattern(r *rand.Rand) string {
	var b strings.Builder
	if r.IntN(3) > 0 {
		b.WriteString(pick(r, someMethods) + pick(r, []string{" ", "  ", "\t"}))
	}
	b.WriteString(pick(r, patternHosts))
	for range r.IntN(4) {
		b.WriteByte('/')
		switch r.IntN(8) {
		case 0, 1, 2:
			fmt.Fprintf(&b, "{%s}", pick(r, wildNames))
		case 3:
			b.WriteString(pick(r, someLiterals))
		default:
			b.WriteString(pick(r, someLiterals[:5]))
		}
	}
	b.WriteString(pick(r, []string{"", "", "/", "/{$}", "/{z...}", "/{rest...}", "/a", "/b"}))
	return b.String()
}

func randomTarget(r *rand.Rand) string {
	var b strings.Builder
	for range r.IntN(5) {
		b.WriteByte('/')
		switch r.IntN(8) {
		case 0:
			b.WriteString(pick(r, targetExtras))
		case 1, 2:
			b.WriteString(pick(r, someLiterals))
		default:
			b.WriteString(pick(r, someLiterals[:5]))
		}
	}
	if b.Len() == 0 || r.IntN(4) == 0 {
		b.WriteByte('/')
	}
	if r.IntN(8) == 0 {
		b.WriteString("?q=%2F&x")
	}
	return b.String()
}

// outcome is all that can be seen of a request: by the client, and by the handler.
type outcome struct {
	status  int
	header  http.Header
	body    string
	pattern string // Request.Pattern afterwards
	handler string // the pattern that the handler was registered with
	values  string
}

// empty is the one difference: in a path with empty segments, which only CONNECT can have, ServeMux confuses an empty segment
// with a wildcard (golang/go#81222) and its PathValue panics or shifts.
func empty(req *http.Request) bool {
	return strings.Contains(req.URL.EscapedPath(), "//") && req.Method == "CONNECT"
}

type seen struct{ handler, values string }

func (s *seen) handle(pattern string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.handler, s.values = pattern, ""
		if !empty(r) {
			for _, name := range append(wildNames, "rest") {
				s.values += fmt.Sprintf("%s=%q ", name, r.PathValue(name))
			}
		}
		_, _ = w.Write([]byte("ok"))
	}
}

// direct is handle for our own ways to the values: the argument and Value must agree.
func (s *seen) direct(pattern string) Func {
	return func(w http.ResponseWriter, r *http.Request, m middleware.Match) {
		s.handler, s.values = pattern, ""
		if m.Pattern() != pattern {
			s.values = "the match has pattern " + m.Pattern()
		}
		if !empty(r) {
			for _, name := range append(wildNames, "rest") {
				s.values += fmt.Sprintf("%s=%q ", name, m.Value(name))
			}
		}
		_, _ = w.Write([]byte("ok"))
	}
}

func (s *seen) run(h http.Handler, r *http.Request) outcome {
	*s = seen{}
	w := httptest.NewRecorder()
	r = r.Clone(r.Context())
	h.ServeHTTP(w, r)
	return outcome{w.Code, w.Result().Header, w.Body.String(), r.Pattern, s.handler, s.values}
}

func (o outcome) String() string {
	return fmt.Sprintf("%d %v %q pattern %q handler %q %s", o.status, o.header, o.body, o.pattern, o.handler, o.values)
}

func same(a, b outcome) bool {
	return a.status == b.status && a.body == b.body && a.pattern == b.pattern && a.handler == b.handler && a.values == b.values &&
		maps.EqualFunc(a.header, b.header, slices.Equal[[]string])
}

// trio serves the same patterns three ways.
type trio struct {
	seen     seen
	patterns []string
	mux      *http.ServeMux
	plain    Table
	direct   Table
	routers  [2]*Router
}

// offer registers p everywhere and reports whether all agree on accepting it.
func (d *trio) offer(t testing.TB, p string) {
	accepted := func() (ok bool) {
		defer func() { ok = recover() == nil }()
		d.mux.Handle(p, d.seen.handle(p))
		return
	}()
	one := d.plain.Add(Route{Pattern: p, Handler: d.seen.handle(p)})
	two := d.direct.Add(Route{Pattern: p, Handler: d.seen.direct(p)})
	if (one == nil) != accepted || (two == nil) != accepted {
		t.Fatalf("after %q: ServeMux accepts %q: %t; Add: %v, %v", d.patterns, p, accepted, one, two)
	}
	if accepted {
		d.patterns = append(d.patterns, p)
	}
}

func (d *trio) finish() { d.routers = [2]*Router{New(&d.plain, nil), New(&d.direct, nil)} }

func (d *trio) compare(t testing.TB, r *http.Request) outcome {
	want := d.seen.run(d.mux, r)
	for i, rt := range d.routers {
		if got := d.seen.run(rt, r); !same(got, want) {
			t.Fatalf("router %d, %s %q host %q (URL %#v), patterns %q:\ngot  %v\nwant %v", i, r.Method, r.URL, r.Host, r.URL, d.patterns, got, want)
		}
	}
	return want
}

func request(method, host, target string) *http.Request {
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return nil
	}
	return &http.Request{Method: method, Host: host, URL: u, RequestURI: target, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}}
}

// cases is how many random requests a run makes: HOTPATH_SOAK=1 makes them all.
func cases() int {
	switch {
	case os.Getenv("HOTPATH_SOAK") == "1":
		return 10_000_000
	case testing.Short() || race:
		return 20_000
	}
	return 200_000
}

func TestLikeServeMux(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	kinds := map[string]int{}
	const perSet = 50
	for done := 0; done < cases(); done += perSet {
		d := &trio{mux: http.NewServeMux()}
		for range 1 + rnd.IntN(12) {
			if p := randomPattern(rnd); !hasEmptyLiteral(p) {
				d.offer(t, p)
			}
		}
		d.finish()
		for range perSet {
			target := randomTarget(rnd)
			if rnd.IntN(2) == 0 && len(d.patterns) > 0 {
				target = instance(rnd, pick(rnd, d.patterns))
			}
			r := request(pick(rnd, someMethods), pick(rnd, someHosts), target)
			if r == nil {
				continue
			}
			o := d.compare(t, r)
			kinds[kind(o)]++
		}
	}
	t.Logf("soak: %s, %d cases: %v", t.Name(), cases(), kinds)
	for _, k := range []string{"200", "200 values", "307", "404", "405"} {
		if kinds[k] < cases()/1000 {
			t.Errorf("only %d cases of %s: the test says little", kinds[k], k)
		}
	}
}

// instance is a target that p might match.
func instance(r *rand.Rand, p string) string {
	p = p[strings.IndexByte(p, '/'):]
	segments := strings.Split(p, "/")
	for i, s := range segments {
		switch {
		case s == "{$}":
			segments[i] = ""
		case strings.HasSuffix(s, "...}"):
			segments[i] = strings.TrimPrefix(randomTarget(r), "/")
		case strings.HasPrefix(s, "{"):
			segments[i] = pick(r, someLiterals[:14])
		}
	}
	target := strings.Join(segments, "/")
	switch r.IntN(8) {
	case 2:
		target = strings.ReplaceAll(target, "%", "%25") // one level of escaping more: another path
	case 3:
		target = strings.ReplaceAll(target, "a", "%61") // the same path
	case 0:
		target += "/"
	case 1:
		target = strings.TrimSuffix(target, "/")
	}
	return target
}

func kind(o outcome) string {
	k := fmt.Sprint(o.status)
	if strings.ContainsFunc(o.values, func(c rune) bool { return c == '"' }) && strings.Count(o.values, `""`) < len(wildNames)+1 {
		k += " values"
	}
	return k
}

func hasEmptyLiteral(p string) bool {
	i := strings.IndexByte(p, '/')
	return i >= 0 && strings.Contains(p[i:], "//")
}
