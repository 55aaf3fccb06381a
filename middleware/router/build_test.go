package router

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/internal/pattern"
)

func TestURL(t *testing.T) {
	var table Table
	for name, p := range map[string]string{
		"user": "GET /users/{id}", "file": "/files/{dir}/{path...}", "home": "/{$}", "host": "GET example.com/a b/%2F/{x}", "tree": "/tree/", "slash": "/%2F/x",
	} {
		if err := table.Add(Route{Pattern: p, Name: name, Handler: nothing}); err != nil {
			t.Fatal(err)
		}
	}
	rt := New(&table, nil)
	for _, tt := range []struct {
		name   string
		values []string
		want   string
		err    error
	}{
		{"user", []string{"id", "42"}, "/users/42", nil},
		{"user", []string{"id", "a/b c%é"}, "/users/a%2Fb%20c%25%C3%A9", nil},
		{"file", []string{"path", "x/y z/", "dir", "d"}, "/files/d/x/y%20z/", nil},
		{"file", []string{"path", "", "dir", "d"}, "/files/d/", nil},
		{"home", nil, "/", nil},
		{"tree", nil, "/tree/", nil},
		{"slash", nil, "/%2F/x", nil},
		{"host", []string{"x", "1"}, "//example.com/a%20b/%2F/1", nil},
		{"none", nil, "", ErrName},
		{"user", nil, "", ErrValue},
		{"user", []string{"id"}, "", ErrValue},
		{"user", []string{"name", "x"}, "", ErrValue},
		{"user", []string{"id", ""}, "", ErrValue},
		{"user", []string{"id", ".."}, "", ErrValue},
		{"user", []string{"id", "/"}, "", ErrValue},
		{"file", []string{"dir", "d", "path", "a/../b"}, "", ErrValue},
		{"file", []string{"dir", "d", "path", "/a"}, "", ErrValue},
	} {
		for _, f := range []func(string, ...string) (string, error){table.URL, rt.URL} {
			if got, err := f(tt.name, tt.values...); got != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("URL(%q, %q) = %q, %v, want %q, %v", tt.name, tt.values, got, err, tt.want, tt.err)
			}
		}
	}
}

// Whatever URL returns leads back to its route with the same values.
func TestURLRoundTrip(t *testing.T) {
	rnd := rand.New(rand.NewPCG(rand.Uint64(), 0))
	built := 0
	for range cases() / 50 {
		text := randomPattern(rnd)
		var table Table
		var match middleware.Match
		if table.Add(Route{Pattern: text, Name: "n", Handler: Func(func(w http.ResponseWriter, r *http.Request, m middleware.Match) { match = m })}) != nil {
			continue
		}
		p := &table.routes[0].pattern
		if p.Method == "CONNECT" || strings.ContainsAny(p.Host, ":") || dotted(p) {
			continue // CONNECT is not cleaned, these hosts are no hosts of URLs, and no request has a dot segment
		}
		var values []string
		for _, w := range p.Wilds {
			values = append(values, w.Name, pick(rnd, append(someLiterals, "", "/", "..", "a/b", "a/b/", "a//b", "%2F")))
		}
		target, err := table.URL("n", values...)
		if err != nil {
			continue
		}
		host := "h"
		if rest, ok := strings.CutPrefix(target, "//"); ok {
			host, target, _ = strings.Cut(rest, "/")
			target = "/" + target
		}
		method := p.Method
		if method == "" {
			method = "GET"
		}
		built++
		w := httptest.NewRecorder()
		New(&table, nil).ServeHTTP(w, request(method, host, target))
		if match.Pattern() != p.Text {
			t.Fatalf("%q with %q: %s %q on %q got %d %v", p.Text, values, method, target, host, w.Code, w.Header())
		}
		for i := 0; i < len(values); i += 2 {
			if got := match.Value(values[i]); got != values[i+1] {
				t.Fatalf("%q with %q: %q came back as %q in %q", p.Text, values, values[i], got, target)
			}
		}
	}
	if built < cases()/500 {
		t.Errorf("only %d URLs were built", built)
	}
}

func dotted(p *pattern.Pattern) bool {
	return slices.ContainsFunc(p.Segments, func(s pattern.Segment) bool {
		return s.Kind == pattern.Literal && (s.Text == "." || s.Text == ".." || s.Text == "")
	})
}
