package router

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/hotpath-go/hotpath/middleware/internal/pattern"
)

// URL returns the URL of the route called name, with the values of its wildcards given as pairs: "id", "42". It is the escaped
// path, with "//host" before it if the pattern has a host. A value that a request could not bring back unchanged is refused:
// one that is empty, ".", ".." or "/" for a single wildcard, an unclean path for a multi wildcard.
//
// The URL matches the route's pattern. If a value happens to be a literal of another pattern ("new" in /users/new beside
// /users/{id}), that pattern takes precedence, as it does for every request.
func (t *Table) URL(name string, values ...string) (string, error) {
	return build(t.routes, t.names, name, values)
}

// URL is Table.URL for the routes that are served.
func (rt *Router) URL(name string, values ...string) (string, error) {
	c := rt.table.Load()
	return build(c.routes, c.names, name, values)
}

func build(routes []route, names map[string]int, name string, values []string) (string, error) {
	i, ok := names[name]
	if !ok {
		return "", fmt.Errorf("%w: no route is called %q", ErrName, name)
	}
	p := &routes[i].pattern
	if len(values) != 2*len(p.Wilds) {
		return "", fmt.Errorf("%w: %q has %d wildcards, %d strings given, want a name and a value for each", ErrValue, p.Text, len(p.Wilds), len(values))
	}
	var b strings.Builder
	if p.Host != "" {
		b.WriteString("//" + p.Host)
	}
	for i, s := range p.Segments {
		if s.Kind == pattern.Literal && s.Text == pattern.End && i == len(p.Segments)-1 {
			s.Text = "" // {$}
		}
		text, err := fill(s, values)
		if err != nil {
			return "", fmt.Errorf("%w for %q: %w", ErrValue, p.Text, err)
		}
		b.WriteString("/" + text)
	}
	return b.String(), nil
}

func fill(s pattern.Segment, values []string) (string, error) {
	if s.Kind == pattern.Literal || s.Text == "" {
		return url.PathEscape(s.Text), nil
	}
	for i := 0; i < len(values); i += 2 {
		if values[i] == s.Text {
			return escape(s, values[i+1])
		}
	}
	return "", fmt.Errorf("no value for %q", s.Text)
}

func escape(s pattern.Segment, value string) (string, error) {
	if s.Kind == pattern.Single {
		if value == "" || value == "." || value == ".." || value == pattern.End {
			return "", fmt.Errorf("%q cannot be %q", s.Text, value)
		}
		return url.PathEscape(value), nil
	}
	if pattern.Clean("/"+value) != "/"+value {
		return "", fmt.Errorf("%q cannot be the unclean %q", s.Text, value)
	}
	segments := strings.Split(value, "/")
	for i, text := range segments {
		segments[i] = url.PathEscape(text)
	}
	return strings.Join(segments, "/"), nil
}
