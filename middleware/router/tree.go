package router

import (
	"slices"
	"strings"

	"github.com/hotpath-go/hotpath/middleware/internal/pattern"
)

// node is a node of a compressed radix tree over canonical paths. What is below it matches what is left of a path after
// prefix. Children differ in their first byte. It is never changed once its table serves.
type node struct {
	prefix string
	index  string // the children's first bytes
	kids   []*node
	jump   *[256]uint16 // 1 + the child's place, for a node with many children
	end    *route       // the pattern that ends here
	// The following are set only where a segment starts, that is, behind a slash.
	wild  *node  // what follows a segment taken by a single wildcard
	multi *route // the pattern whose multi wildcard starts here
}

// manyChildren is where a table of 256 entries becomes faster than looking at each first byte.
const manyChildren = 4

func (n *node) insert(r *route) {
	segments := r.pattern.Segments
	var lit []byte
	for i, s := range segments {
		lit = append(lit, '/')
		if s.Kind == pattern.Literal {
			lit = appendSegment(lit, s.Text, i == len(segments)-1)
			continue
		}
		n = n.descend(string(lit))
		lit = lit[:0]
		if s.Kind == pattern.Multi {
			n.multi = r
			return
		}
		if n.wild == nil {
			n.wild = new(node)
		}
		n = n.wild
	}
	n.descend(string(lit)).end = r
}

// descend returns the node at which text, from behind n, ends, and makes it if needed.
func (n *node) descend(text string) *node {
	for text != "" {
		i := strings.IndexByte(n.index, text[0])
		if i < 0 {
			n.index += text[:1]
			n.kids = append(n.kids, &node{prefix: text})
			return n.kids[len(n.kids)-1]
		}
		kid := n.kids[i]
		same := commonPrefix(kid.prefix, text)
		if same < len(kid.prefix) {
			kid = kid.split(same)
			n.kids[i] = kid
		}
		n, text = kid, text[same:]
	}
	return n
}

// split returns a new node for the first at bytes of n's prefix, with n below it.
func (n *node) split(at int) *node {
	above := &node{prefix: n.prefix[:at], index: n.prefix[at : at+1], kids: []*node{n}}
	n.prefix = n.prefix[at:]
	return above
}

func commonPrefix(a, b string) int {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	return i
}

// seal prepares the finished tree for lookups and returns its root.
func (n *node) seal() *node {
	for i, kid := range n.kids {
		n.kids[i] = kid.seal()
	}
	if n.wild != nil {
		n.wild = n.wild.seal()
	}
	// A node after a wildcard often holds nothing but the slash that follows.
	if n.prefix == "" && len(n.kids) == 1 && n.end == nil && n.wild == nil && n.multi == nil {
		return n.kids[0]
	}
	n.kids = slices.Clip(n.kids)
	if len(n.kids) > manyChildren {
		n.jump = new([256]uint16)
		for i := range len(n.index) {
			n.jump[n.index[i]] = uint16(i + 1)
		}
	}
	return n
}

func (n *node) child(c byte) *node {
	if n.jump != nil {
		if i := n.jump[c]; i > 0 {
			return n.kids[i-1]
		}
		return nil
	}
	for i := range len(n.index) {
		if n.index[i] == c {
			return n.kids[i]
		}
	}
	return nil
}

// exact returns the route that matches a canonical path and takes precedence, nil if there is none. At each place a literal
// goes before a single wildcard, and that before a multi: that is the order of precedence, since the conflicts were refused.
func (n *node) exact(path string) *route {
	if n == nil || !strings.HasPrefix(path, n.prefix) {
		return nil
	}
	path = path[len(n.prefix):]
	if path == "" {
		if n.end != nil {
			return n.end
		}
		return n.multi
	}
	if kid := n.child(path[0]); kid != nil {
		if r := kid.exact(path); r != nil {
			return r
		}
	}
	if n.wild != nil {
		i := strings.IndexByte(path, '/')
		if i < 0 {
			i = len(path)
		}
		if path[:i] != encodedSlash {
			if r := n.wild.exact(path[i:]); r != nil {
				return r
			}
		}
	}
	return n.multi
}
