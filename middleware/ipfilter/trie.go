package ipfilter

import (
	"cmp"
	"math/bits"
	"net/netip"
	"slices"
)

// trie holds one bit for each address: six bits of the address a node, nodes of one child and one verdict skipped, all in one
// piece of memory. It is never changed after plant.
type trie struct {
	nodes []node // the root is the first
}

// node is half a cache line, so that a lookup in a large table waits for few.
type node struct {
	kids    uint64 // bit i: the six bits i lead to a child
	verdict uint64 // bit i: where they do not, the answer
	path    uint64 // the bits that are skipped before the six, the first one highest
	base    uint32 // the first child; the others follow
	skip    uint8  // how many bits are skipped, maxSkip at most
	outer   bool   // the answer for addresses that differ in them
}

const (
	stride  = 6
	maxSkip = 60
)

// key is an address, IPv4 in the highest 32 bits.
type key struct{ hi, lo uint64 }

// shift drops the first n bits, n < 64.
func (k key) shift(n uint8) key {
	return key{k.hi<<(n&63) | k.lo>>1>>((63-n)&63), k.lo << (n & 63)}
}

func (k key) at(depth int) key {
	for ; depth > 32; depth -= 32 {
		k = k.shift(32)
	}
	return k.shift(uint8(depth))
}

// find returns the verdict on k.
func (t *trie) find(k key) bool {
	n := &t.nodes[0]
	for {
		if n.skip != 0 {
			if (k.hi^n.path)>>((64-n.skip)&63) != 0 {
				return n.outer
			}
			k = k.shift(n.skip)
		}
		bit := uint64(1) << (k.hi >> (64 - stride))
		if n.kids&bit == 0 {
			return n.verdict&bit != 0
		}
		n = &t.nodes[n.base+uint32(bits.OnesCount64(n.kids&(bit-1)))]
		k = k.shift(stride)
	}
}

// rule is a prefix and its verdict.
type rule struct {
	key   key
	bits  int
	allow bool
}

func byAddress(a, b rule) int {
	return cmp.Or(cmp.Compare(a.key.hi, b.key.hi), cmp.Compare(a.key.lo, b.key.lo), cmp.Compare(a.bits, b.bits))
}

func keyOf(a netip.Addr) key {
	if a.Is4() {
		b := a.As4()
		return key{hi: uint64(b[0])<<56 | uint64(b[1])<<48 | uint64(b[2])<<40 | uint64(b[3])<<32}
	}
	b := a.As16()
	var k key
	for i := range 8 {
		k.hi, k.lo = k.hi<<8|uint64(b[i]), k.lo<<8|uint64(b[i+8])
	}
	return k
}

// plant makes the trie of rules, which are sorted by address and different. rest is the verdict where none matches.
func plant(rules []rule, rest bool) *trie {
	t := &trie{nodes: make([]node, 1)}
	root := sow(rules, 0, rest)
	if root == nil {
		root = &seedling{node: node{verdict: fill(rest)}}
	}
	t.place(0, root)
	t.nodes = slices.Clip(t.nodes)
	return t
}

// seedling is a node whose children have no place yet.
type seedling struct {
	node
	below []*seedling
}

// place puts the children of a node side by side, and theirs behind them.
func (t *trie) place(i int, s *seedling) {
	start := len(t.nodes)
	s.base = uint32(start)
	t.nodes[i] = s.node
	t.nodes = append(t.nodes, make([]node, len(s.below))...)
	for j, kid := range s.below {
		t.place(start+j, kid)
	}
}

func fill(verdict bool) uint64 {
	if verdict {
		return ^uint64(0)
	}
	return 0
}

// sow makes the node for rules, which agree in the first depth bits and are at least that long. outer is the verdict where none
// of them matches. It returns nil if that is the verdict everywhere.
func sow(rules []rule, depth int, outer bool) *seedling {
	if !slices.ContainsFunc(rules, func(r rule) bool { return r.allow != outer }) {
		return nil
	}
	s := &seedling{node: node{outer: outer}}
	if common := min(shared(rules)-depth, maxSkip); common >= stride {
		s.skip = uint8(common)
		s.path = rules[0].key.at(depth).hi >> (64 - s.skip) << (64 - s.skip)
		depth += common
	}
	s.verdict = fill(outer)
	var deeper []rule
	for _, r := range rules { // a shorter prefix comes before the longer ones in it
		if r.bits > depth+stride {
			deeper = append(deeper, r)
			continue
		}
		first := r.key.at(depth).hi >> (64 - stride)
		if r.bits == depth {
			first = 0
		}
		covered := (uint64(1)<<(1<<(depth+stride-r.bits)) - 1) << first
		s.verdict &^= covered
		s.verdict |= covered & fill(r.allow)
	}
	s.branch(deeper, depth)
	return s
}

// branch makes the children of rules that are longer than s reaches, one for each six bits.
func (s *seedling) branch(rules []rule, depth int) {
	for len(rules) > 0 {
		slot := rules[0].key.at(depth).hi >> (64 - stride)
		n := len(rules)
		if i := slices.IndexFunc(rules, func(r rule) bool { return r.key.at(depth).hi>>(64-stride) != slot }); i >= 0 {
			n = i
		}
		if kid := sow(rules[:n], depth+stride, s.verdict>>slot&1 != 0); kid != nil {
			s.kids |= 1 << slot
			s.below = append(s.below, kid)
		}
		rules = rules[n:]
	}
}

// shared returns how many bits all rules have, and have in common.
func shared(rules []rule) int {
	a, b := rules[0].key, rules[len(rules)-1].key
	n := bits.LeadingZeros64(a.hi ^ b.hi)
	if n == 64 {
		n += bits.LeadingZeros64(a.lo ^ b.lo)
	}
	for _, r := range rules {
		n = min(n, r.bits)
	}
	return n
}
