package router

import (
	"math/bits"
	"slices"
	"strings"
)

// tree is a compressed radix tree over canonical paths, in one piece of memory: what lookups in a large table wait for is memory.
// It is never changed once its table serves. Everything that is nil in it matches nothing.
type tree struct {
	nodes  []node  // the root is the first
	routes []route // all of the table's
	wide   [][256]uint32
}

// node is half a cache line. What is below it matches what is left of a path after its prefix.
type node struct {
	head  uint64 // the bytes of the prefix, the first one lowest
	kids  uint64 // bit c%64 for each child that starts with c; if wide, an index of tree.wide
	first uint32 // the child of the lowest bit; the others follow in the order of their bits
	end   uint32 // 1 + the index of the route that ends here
	multi uint32 // 1 + the index of the route whose multi wildcard starts here
	size  uint8  // of the prefix
	shift uint8  // half of the bits of head that are not prefix: a shift by all 64 would take a branch
	wild  bool   // the node before first is what follows a segment taken by a single wildcard
	wide  bool   // two children's bits are the same
}

// headSize is how long the prefix of a node can be.
const headSize = 8

// grow makes a tree of t.
func grow(t *twig, routes []route) *tree {
	tr := &tree{routes: routes, nodes: make([]node, 1)}
	tr.place(0, t)
	tr.nodes = slices.Clip(tr.nodes)
	return tr
}

// place makes node i of t. The children stand side by side and their children behind them, so that the nodes of routes that are
// alike share cache lines.
func (tr *tree) place(i int, t *twig) {
	t.fit()
	n := node{end: uint32(t.end), multi: uint32(t.multi), size: uint8(len(t.prefix)), shift: uint8(32 - 4*len(t.prefix)), wild: t.wild != nil}
	for j := range len(t.prefix) {
		n.head |= uint64(t.prefix[j]) << (8 * j)
	}
	below := t.kids
	slices.SortFunc(below, func(a, b *twig) int { return int(a.prefix[0]%64) - int(b.prefix[0]%64) })
	if t.wild != nil {
		below = append([]*twig{t.wild}, below...)
	}
	start := len(tr.nodes)
	n.first = uint32(start + len(below) - len(t.kids))
	tr.index(&n, t.kids)
	tr.nodes[i] = n
	tr.nodes = append(tr.nodes, make([]node, len(below))...)
	for j, kid := range below {
		tr.place(start+j, kid)
	}
}

func (tr *tree) index(n *node, kids []*twig) {
	for _, k := range kids {
		bit := uint64(1) << (k.prefix[0] % 64)
		n.wide = n.wide || n.kids&bit != 0
		n.kids |= bit
	}
	if !n.wide {
		return
	}
	var jump [256]uint32
	for i, k := range kids {
		jump[k.prefix[0]] = n.first + uint32(i)
	}
	n.kids = uint64(len(tr.wide))
	tr.wide = append(tr.wide, jump)
}

// child returns the only child of n that may start with c, 0 if there is none. Its head decides.
func (tr *tree) child(n *node, c byte) uint32 {
	if n.wide {
		return tr.wide[n.kids][c]
	}
	bit := uint64(1) << (c % 64)
	if n.kids&bit == 0 {
		return 0
	}
	return n.first + uint32(bits.OnesCount64(n.kids&(bit-1)))
}

// starts reports whether path goes on with n's prefix at at.
func (n *node) starts(path string, at int) bool {
	return (word(path, at)^n.head)<<(n.shift&63)<<(n.shift&63) == 0 && len(path)-at >= int(n.size)
}

// word returns the next eight bytes of path, the first one lowest. What stands for those beyond its end says nothing.
func word(path string, at int) uint64 {
	if len(path)-at < 8 {
		return tail(lastWord(path), path, at)
	}
	b := path[at : at+8] // the compiler makes one load of the shifts
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// lastWord returns the last eight bytes of path, the last one highest. Those before its beginning are zero.
func lastWord(path string) (w uint64) {
	if len(path) >= 8 {
		return word(path, len(path)-8)
	}
	for i := range len(path) {
		w = w>>8 | uint64(path[i])<<56
	}
	return w
}

// tail is word where fewer than eight bytes are left, from path's last word.
func tail(last uint64, path string, at int) uint64 {
	return last >> (8 * uint(at+8-len(path)) & 63)
}

// ending returns what matches a path that ends behind n.
func (tr *tree) ending(n *node) *route {
	if n.end != 0 {
		return &tr.routes[n.end-1]
	}
	return tr.multi(n)
}

func (tr *tree) multi(n *node) *route {
	if n.multi == 0 {
		return nil
	}
	return &tr.routes[n.multi-1]
}

// exact returns the route that matches a canonical path and takes precedence, nil if there is none. At each place a literal
// goes before a single wildcard, and that before a multi: that is the order of precedence, since the conflicts were refused.
func (tr *tree) exact(path string) *route {
	if tr == nil {
		return nil
	}
	return tr.exactFrom(0, path, 0)
}

func (tr *tree) exactFrom(i uint32, path string, at int) *route {
	n := &tr.nodes[i]
	if !n.starts(path, at) {
		return nil
	}
	at += int(n.size)
	if at == len(path) {
		return tr.ending(n)
	}
	if kid := tr.child(n, path[at]); kid != 0 {
		if r := tr.exactFrom(kid, path, at); r != nil {
			return r
		}
	}
	if n.wild {
		end := at + strings.IndexByte(path[at:], '/')
		if end < at {
			end = len(path)
		}
		if path[at:end] != encodedSlash {
			if r := tr.exactFrom(n.first-1, path, end); r != nil {
				return r
			}
		}
	}
	return tr.multi(n)
}
