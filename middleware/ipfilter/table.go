package ipfilter

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
)

// ErrRules is what NewTable returns for rules that contradict themselves or have no effect.
var ErrRules = errors.New("ipfilter: bad rules")

// Rules are a value, which NewTable copies. They say which addresses may pass: of the prefixes that hold an address, the longest decides.
type Rules struct {
	// Allow and Deny are prefixes of IPv4 and IPv6; bits behind the prefix are ignored, an IPv4-mapped IPv6 prefix is an IPv4
	// one. Zero means there are none.
	Allow, Deny []netip.Prefix
	// DenyRest denies the addresses that no prefix holds. Zero means they are allowed.
	DenyRest bool
}

// A Table is safe for concurrent use, and never changed. It holds rules for lookups.
type Table struct{ v4, v6 *trie }

// NewTable makes a table of r. It refuses a prefix that is both allowed and denied, and a list of allowed ones beside which
// nothing is denied: whoever writes it means DenyRest.
func NewTable(r Rules) (*Table, error) {
	if len(r.Allow) > 0 && len(r.Deny) == 0 && !r.DenyRest {
		return nil, fmt.Errorf("%w: Allow has no effect without Deny or DenyRest", ErrRules)
	}
	var v4, v6 []rule
	for i, list := range [][]netip.Prefix{r.Allow, r.Deny} {
		for _, p := range list {
			if !p.IsValid() {
				return nil, fmt.Errorf("%w: invalid prefix", ErrRules)
			}
			p = unmap(p).Masked()
			one := rule{keyOf(p.Addr()), p.Bits(), i == 0}
			if p.Addr().Is4() {
				v4 = append(v4, one)
			} else {
				v6 = append(v6, one)
			}
		}
	}
	v4, err4 := unique(v4)
	v6, err6 := unique(v6)
	if err := errors.Join(err4, err6); err != nil {
		return nil, err
	}
	return &Table{plant(v4, !r.DenyRest), plant(v6, !r.DenyRest)}, nil
}

// unmap: a request's ::ffff:192.0.2.1 is 192.0.2.1, so a rule for it must be one too.
func unmap(p netip.Prefix) netip.Prefix {
	const mapped = 96
	if p.Addr().Is4In6() && p.Bits() >= mapped {
		return netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-mapped)
	}
	return p
}

func unique(rules []rule) ([]rule, error) {
	slices.SortFunc(rules, byAddress)
	rules = slices.Compact(rules)
	for i := 1; i < len(rules); i++ {
		if byAddress(rules[i-1], rules[i]) == 0 {
			return nil, fmt.Errorf("%w: a prefix of %d bits is both allowed and denied", ErrRules, rules[i].bits)
		}
	}
	return rules, nil
}

// Allows reports whether a may pass. Its zone does not matter. The zero Addr, an address nobody knows, never passes.
func (t *Table) Allows(a netip.Addr) bool {
	if a.Is4() {
		return t.v4.find(keyOf(a))
	}
	return t.allows6(a)
}

func (t *Table) allows6(a netip.Addr) bool {
	switch {
	case a.Is4In6():
		return t.v4.find(keyOf(a.Unmap()))
	case a.IsValid():
		return t.v6.find(keyOf(a))
	}
	return false
}
