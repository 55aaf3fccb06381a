package router

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unsafe"

	"github.com/hotpath-go/hotpath/middleware/internal/pattern"
)

// quick returns the route of a request whose answer needs no redirect and whose path is clean and free of escapes; nil says
// that find has to decide.
func (c *compiled) quick(r *http.Request) *route {
	path := r.URL.Path
	if r.URL.RawPath != "" || path == "" || path[0] != '/' || c.unclean || r.Method == http.MethodConnect {
		return nil
	}
	if c.percent && strings.IndexByte(path, '%') >= 0 {
		return nil
	}
	m := c.quickIn(r, path)
	if m == bail || m != nil && m.pattern.Multi && path[len(path)-1] != '/' && c.mayRedirect(r, path) {
		return nil
	}
	return m
}

func (c *compiled) quickIn(r *http.Request, path string) *route {
	if c.hosts != nil {
		if h := c.hosts[stripPort(r.Host)]; h != nil {
			if m := h.quick(r.Method, path); m != nil {
				return m
			}
		}
	}
	return c.everywhere.quick(r.Method, path)
}

// mayRedirect: a path that a multi wildcard takes gives way to one with a slash behind it that a pattern matches exactly.
func (c *compiled) mayRedirect(r *http.Request, path string) bool {
	var buf [128]byte
	if len(path) >= len(buf) {
		return true
	}
	n := copy(buf[:], path)
	buf[n] = '/'
	// unsafe.String's rule: buf does not change while the string lives, and no lookup keeps the string.
	slashed := unsafe.String(&buf[0], n+1)
	m := c.quickIn(r, slashed)
	return m == bail || m != nil && m.pattern.Exact(slashed)
}

// finding is what a request leads to: a route, or a redirect, or the methods that would have been right, or nothing.
type finding struct {
	route    *route
	path     string // the escaped path that route matches
	pattern  string // for Request.Pattern
	redirect *url.URL
	allow    []string
}

// find decides as net/http's ServeMux.findHandler does, step by step. The path is matched as it is escaped, so that an encoded
// slash separates nothing.
func (c *compiled) find(r *http.Request) finding {
	escaped := r.URL.EscapedPath()
	if r.Method == http.MethodConnect {
		return c.findConnect(r, escaped)
	}
	host, path := stripPort(r.Host), pattern.Clean(escaped)
	m := c.exact(host, r.Method, path)
	if to := c.slashed(m, host, r.Method, path); to != nil {
		return finding{pattern: to.pattern.Text, redirect: withSlash(r.URL)}
	}
	if path != escaped {
		f := finding{redirect: &url.URL{Path: path, RawQuery: r.URL.RawQuery}}
		if m != nil {
			f.pattern = m.pattern.Text
		}
		return f
	}
	return c.conclude(m, host, path)
}

// findConnect: a CONNECT request's host keeps its port and its path is not cleaned; the redirect to a slash goes by the host in
// the URL, which a client does not send.
func (c *compiled) findConnect(r *http.Request, path string) finding {
	if path != "" && path[0] != '/' {
		return finding{}
	}
	m := c.exact(r.URL.Host, r.Method, path)
	if c.slashed(m, r.URL.Host, r.Method, path) != nil {
		u := withSlash(r.URL)
		return finding{pattern: u.Path, redirect: u}
	}
	m = c.exact(r.Host, r.Method, path)
	if m != nil {
		return c.conclude(m, "", path)
	}
	return c.conclude(nil, r.URL.Host, path)
}

func (c *compiled) conclude(m *route, host, path string) finding {
	if m == nil {
		return finding{allow: c.allowed(host, path)}
	}
	return finding{route: m, path: path, pattern: m.pattern.Text}
}

func (c *compiled) exact(host, method, path string) *route {
	if path == "" {
		return nil
	}
	return c.exactCanonical(host, method, canonical(path))
}

func (c *compiled) exactCanonical(host, method, path string) *route {
	if host != "" {
		if m := c.hosts[host].exact(method, path); m != nil {
			return m
		}
	}
	return c.everywhere.exact(method, path)
}

// slashed returns the route that asks for a redirect from path, to which m is the answer, to path with a slash.
func (c *compiled) slashed(m *route, host, method, path string) *route {
	if m != nil && m.pattern.Exact(path) || path == "" || strings.HasSuffix(path, "/") {
		return nil
	}
	path += "/"
	if to := c.exact(host, method, path); to != nil && to.pattern.Exact(path) {
		return to
	}
	return nil
}

func withSlash(u *url.URL) *url.URL {
	return &url.URL{Path: pattern.Clean(u.Path) + "/", RawQuery: u.RawQuery}
}

// allowed returns the methods with which path, or path with a slash, would have found a route.
func (c *compiled) allowed(name, path string) (names []string) {
	if path == "" {
		path = "/"
	}
	paths := []string{canonical(path)}
	if !strings.HasSuffix(path, "/") {
		paths = append(paths, canonical(path+"/"))
	}
	for _, h := range []*host{c.hosts[name], c.everywhere} {
		if h == nil {
			continue
		}
		for _, m := range h.methods {
			if slices.ContainsFunc(paths, func(p string) bool { return m.tree.exact(p) != nil }) {
				names = append(names, m.name)
			}
		}
	}
	if slices.Contains(names, http.MethodGet) {
		names = append(names, http.MethodHead)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
