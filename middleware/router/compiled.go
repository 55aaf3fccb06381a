package router

import (
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/hotpath-go/hotpath/middleware/internal/pattern"
)

// compiled is a Table made for lookups. It is never changed, so any number of requests read it while another takes its place.
type compiled struct {
	everywhere *host            // patterns without a host
	hosts      map[string]*host // nil if no pattern has a host
	routes     []route
	names      map[string]int
	// percent says that a literal holds a percent sign, which an unescaped path may spell like an escape.
	percent bool
	// unclean says that a literal is ".", ".." or empty; only CONNECT can reach it.
	unclean bool
}

// host holds a tree for each method that patterns of one host name, and one for patterns without a method.
type host struct {
	methods []method
	any     *tree
}

type method struct {
	key  uint64
	name string
	tree *tree
}

// key is different for different methods of up to eight bytes and the same length, which are all there are in practice: it is two
// halves that overlap, or three bytes that may be the same.
func key(name string) uint64 {
	switch n := len(name); {
	case n >= 4:
		return uint64(half(name[:4])) | uint64(half(name[n-4:]))<<32
	case n > 0:
		return uint64(name[0]) | uint64(name[n/2])<<8 | uint64(name[n-1])<<16
	}
	return 0
}

// half returns the first four bytes of b.
func half(b string) uint32 {
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
}

func compile(t *Table) *compiled {
	c := &compiled{everywhere: new(host), routes: slices.Clone(t.routes), names: maps.Clone(t.names)}
	twigs := map[*tree]*twig{}
	for i := range c.routes {
		p := &c.routes[i].pattern
		c.note(p)
		tr := c.host(p.Host).tree(p.Method)
		if twigs[tr] == nil {
			twigs[tr] = new(twig)
		}
		twigs[tr].insert(p, i)
	}
	for tr, root := range twigs {
		*tr = *grow(root, c.routes)
	}
	return c
}

func (c *compiled) note(p *pattern.Pattern) {
	for i, s := range p.Segments {
		if s.Kind != pattern.Literal || s.Text == pattern.End && i == len(p.Segments)-1 {
			continue
		}
		c.percent = c.percent || strings.ContainsAny(s.Text, "%/")
		c.unclean = c.unclean || s.Text == "" || s.Text == "." || s.Text == ".."
	}
}

func (c *compiled) host(name string) *host {
	if name == "" {
		return c.everywhere
	}
	if c.hosts == nil {
		c.hosts = map[string]*host{}
	}
	if c.hosts[name] == nil {
		c.hosts[name] = new(host)
	}
	return c.hosts[name]
}

func (h *host) tree(name string) *tree {
	if name == "" {
		if h.any == nil {
			h.any = new(tree)
		}
		return h.any
	}
	if tr := h.find(name); tr != nil {
		return tr
	}
	h.methods = append(h.methods, method{key(name), name, new(tree)})
	return h.methods[len(h.methods)-1].tree
}

func (h *host) find(name string) *tree {
	k := key(name)
	for i := range h.methods {
		if m := &h.methods[i]; m.key == k && len(m.name) == len(name) && (len(name) <= 8 || m.name == name) {
			return m.tree
		}
	}
	return nil
}

// quick tries the method's own patterns, then for HEAD those of GET, then those without a method.
func (h *host) quick(method, path string) *route {
	if r := h.find(method).quick(path); r != nil {
		return r
	}
	if method == http.MethodHead {
		if r := h.find(http.MethodGet).quick(path); r != nil {
			return r
		}
	}
	return h.any.quick(path)
}

// exact is quick for any canonical path.
func (h *host) exact(method, path string) *route {
	if h == nil {
		return nil
	}
	if r := h.find(method).exact(path); r != nil {
		return r
	}
	if method == http.MethodHead {
		if r := h.find(http.MethodGet).exact(path); r != nil {
			return r
		}
	}
	return h.any.exact(path)
}

// stripPort removes a port; what is no host with a port comes back unchanged.
func stripPort(h string) string {
	if strings.IndexByte(h, ':') < 0 {
		return h
	}
	name, _, err := net.SplitHostPort(h)
	if err != nil {
		return h
	}
	return name
}
