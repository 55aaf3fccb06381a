package router

import (
	"math/bits"
	"slices"
	"strings"

	"github.com/hotpath-go/hotpath/middleware/internal/pattern"
)

// node is a node of a compressed radix tree over canonical paths. What is below it matches what is left of a path after
// prefix. Children differ in their first byte. It is never changed once its table serves.
type node struct {
	prefix string
	head   uint64 // the first bytes of prefix, eight at most, the first one lowest
	end    *route // the pattern that ends here
	kids   []node // in the order of index
	index  [2]uint64
	jump   *[256]uint16 // 1 + the child's place, if there are more children than index holds, or one that starts with NUL
	// The following are set only where a segment starts, that is, behind a slash.
	wild  *node  // what follows a segment taken by a single wildcard
	multi *route // the pattern whose multi wildcard starts here
}

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

// descend returns the node at which text, from behind n, ends, and makes it if needed. It is valid until n's next change.
func (n *node) descend(text string) *node {
	for text != "" {
		i := slices.IndexFunc(n.kids, func(k node) bool { return k.prefix[0] == text[0] })
		if i < 0 {
			n.kids = append(n.kids, node{prefix: text})
			return &n.kids[len(n.kids)-1]
		}
		kid := &n.kids[i]
		same := commonPrefix(kid.prefix, text)
		if same < len(kid.prefix) {
			kid.split(same)
		}
		n, text = kid, text[same:]
	}
	return n
}

// split makes n the node of the first at bytes of its prefix, and puts what n was below it.
func (n *node) split(at int) {
	below := *n
	below.prefix = n.prefix[at:]
	*n = node{prefix: n.prefix[:at], kids: []node{below}}
}

func commonPrefix(a, b string) int {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	return i
}

// seal prepares the finished tree for lookups.
func (n *node) seal() {
	for i := range n.kids {
		n.kids[i].seal()
	}
	if n.wild != nil {
		n.wild.seal()
	}
	// A node after a wildcard often holds nothing but the slash that follows.
	if n.prefix == "" && len(n.kids) == 1 && n.end == nil && n.wild == nil && n.multi == nil {
		*n = n.kids[0] // sealed above
		return
	}
	n.kids = slices.Clip(n.kids)
	n.number()
}

func (n *node) number() {
	for i := range min(len(n.prefix), 8) {
		n.head |= uint64(n.prefix[i]) << (8 * i)
	}
	if len(n.kids) > 16 || slices.ContainsFunc(n.kids, func(k node) bool { return k.prefix[0] == 0 }) {
		n.jump = new([256]uint16)
	}
	for i, k := range n.kids {
		if c := k.prefix[0]; n.jump != nil {
			n.jump[c] = uint16(i) + 1
		} else {
			n.index[i/8] |= uint64(c) << (i % 8 * 8)
		}
	}
}

// child returns the child that starts with c. The index is searched eight bytes at a time: the lowest byte that is zero after
// the exclusive or is found exactly by the usual trick. Empty places are NUL, which is why a path's NUL finds nothing there.
func (n *node) child(c byte) *node {
	if n.jump != nil {
		return n.jumpTo(c)
	}
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	x := n.index[0] ^ ones*uint64(c)
	if x = (x - ones) & ^x & highs; x != 0 && c != 0 {
		return &n.kids[bits.TrailingZeros64(x)>>3]
	}
	x = n.index[1] ^ ones*uint64(c)
	if x = (x - ones) & ^x & highs; x != 0 && c != 0 {
		return &n.kids[8+bits.TrailingZeros64(x)>>3]
	}
	return nil
}

func (n *node) jumpTo(c byte) *node {
	if i := n.jump[c]; i > 0 {
		return &n.kids[i-1]
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
