package ipfilter_test

import (
	"errors"
	"math/rand/v2"
	"net/netip"
	"os"
	"testing"

	"github.com/hotpath-go/hotpath/middleware/ipfilter"
)

func prefixes(text ...string) (out []netip.Prefix) {
	for _, s := range text {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

func table(t testing.TB, r ipfilter.Rules) *ipfilter.Table {
	t.Helper()
	tab, err := ipfilter.NewTable(r)
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

func TestLongestPrefixDecides(t *testing.T) {
	tab := table(t, ipfilter.Rules{
		Allow: prefixes("10.0.0.0/8", "10.1.2.3/32", "2001:db8::/32", "2001:db8:1::1/128", "::ffff:192.0.2.0/120"),
		Deny:  prefixes("10.1.0.0/16", "0.0.0.0/0", "2001:db8:1::/48", "fe80::/10"),
	})
	for addr, want := range map[string]bool{
		"10.0.0.1": true, "10.1.2.2": false, "10.1.2.3": true, "10.1.2.4": false, "10.2.0.0": true, "11.0.0.0": false,
		"192.0.2.9": true, "192.0.3.0": false, "::ffff:10.1.2.3": true, "::ffff:10.1.2.4": false,
		"2001:db8::1": true, "2001:db8:1::": false, "2001:db8:1::1": true, "2001:db8:1::2": false, "2001:db9::": true, "::1": true,
		"fe80::1%eth0": false, "fe80::1": false, "fec0::": true,
	} {
		if got := tab.Allows(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: %t, want %t", addr, got, want)
		}
	}
	if tab.Allows(netip.Addr{}) {
		t.Error("the address nobody knows passes")
	}
}

func TestRefusesRules(t *testing.T) {
	for name, r := range map[string]ipfilter.Rules{
		"no effect":  {Allow: prefixes("10.0.0.0/8")},
		"both":       {Allow: prefixes("10.0.0.0/8"), Deny: prefixes("10.3.0.0/8")},
		"both, v6":   {Allow: prefixes("::/0"), Deny: prefixes("::1/0")},
		"mapped too": {Allow: prefixes("10.0.0.0/8"), Deny: prefixes("::ffff:10.0.0.0/104")},
		"invalid":    {Deny: []netip.Prefix{{}}},
	} {
		if _, err := ipfilter.NewTable(r); !errors.Is(err, ipfilter.ErrRules) {
			t.Errorf("%s: %v, want ErrRules", name, err)
		}
	}
}

// random makes rules that overlap often, of all lengths.
func random(rnd *rand.Rand, n int, six bool) (r ipfilter.Rules) {
	seen := map[netip.Prefix]bool{}
	var last netip.Addr
	for range n {
		var b [16]byte
		for i := range b {
			bits := rnd.Uint32()
			b[i] = byte(bits) & byte(bits>>8) // few ones, so that prefixes meet
		}
		if last.IsValid() && rnd.IntN(2) == 0 { // share a random part with the one before
			old := last.As16()
			copy(b[:rnd.IntN(16)], old[:])
		}
		addr := netip.AddrFrom16(b)
		if !six {
			addr = netip.AddrFrom4([4]byte(b[:4]))
		}
		last = netip.AddrFrom16(b)
		p := netip.PrefixFrom(addr, rnd.IntN(addr.BitLen()+1)).Masked()
		if seen[p] || p.Addr().Is4In6() {
			continue
		}
		seen[p] = true
		if rnd.IntN(2) == 0 {
			r.Allow = append(r.Allow, p)
		} else {
			r.Deny = append(r.Deny, p)
		}
	}
	r.DenyRest = len(r.Deny) == 0 || rnd.IntN(2) == 0
	return r
}

// slow is what the rules say, word for word.
func slow(r ipfilter.Rules, a netip.Addr) bool {
	best, allow := -1, !r.DenyRest
	for i, list := range [][]netip.Prefix{r.Allow, r.Deny} {
		for _, p := range list {
			if p.Contains(a) && p.Bits() > best {
				best, allow = p.Bits(), i == 0
			}
		}
	}
	return allow
}

// near is an address at the border of a prefix, or in it.
func near(rnd *rand.Rand, r ipfilter.Rules, six bool) netip.Addr {
	all := append(append([]netip.Prefix(nil), r.Allow...), r.Deny...)
	if len(all) == 0 || rnd.IntN(8) == 0 {
		return random1(rnd, six)
	}
	p := all[rnd.IntN(len(all))]
	b := p.Addr().AsSlice()
	if rnd.IntN(2) == 0 {
		for i := p.Bits(); i < len(b)*8; i++ { // the last address
			b[i/8] |= 1 << (7 - i%8)
		}
	}
	a, _ := netip.AddrFromSlice(b)
	switch rnd.IntN(3) {
	case 0:
		a = a.Next()
	case 1:
		a = a.Prev()
	}
	if !a.IsValid() || a.Is4In6() {
		return random1(rnd, six)
	}
	return a
}

func random1(rnd *rand.Rand, six bool) netip.Addr {
	if six {
		var b [16]byte
		for i := range b {
			b[i] = byte(rnd.Uint32())
		}
		return netip.AddrFrom16(b)
	}
	v := rnd.Uint32()
	return netip.AddrFrom4([4]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)})
}

// The oracle looks at every prefix. With HOTPATH_SOAK=1 it does so 10 million times.
func TestLikeTheRulesWordForWord(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	rounds := 400
	switch {
	case os.Getenv("HOTPATH_SOAK") == "1":
		rounds = 50_000
	case testing.Short():
		rounds = 50
	}
	verdicts := [2]int{}
	for range rounds {
		six := rnd.IntN(2) == 0
		r := random(rnd, rnd.IntN(60), six)
		tab := table(t, r)
		for range 200 {
			a := near(rnd, r, six)
			want := slow(r, a)
			if got := tab.Allows(a); got != want {
				t.Fatalf("%v: %t, want %t; rules %v", a, got, want, r)
			}
			if want {
				verdicts[1]++
			} else {
				verdicts[0]++
			}
		}
	}
	t.Logf("soak: %s, %d lookups", t.Name(), rounds*200)
	if min(verdicts[0], verdicts[1]) < rounds*200/5 {
		t.Errorf("verdicts %v: the test says little", verdicts)
	}
}

// The prefix that maps all of IPv4 into IPv6 is all of IPv4, and a shorter one is IPv6's.
func TestMappedPrefixes(t *testing.T) {
	for prefix, want := range map[string][2]bool{"::ffff:0:0/96": {false, true}, "::/95": {true, true}, "::fffe:0:0/95": {true, false}, "::/0": {true, false}} {
		rules := table(t, ipfilter.Rules{Deny: prefixes(prefix)})
		got := [2]bool{rules.Allows(netip.MustParseAddr("192.0.2.1")), rules.Allows(netip.MustParseAddr("::fffe:1:2"))}
		if got != want {
			t.Errorf("Deny %s: 192.0.2.1 and ::fffe:1:2 are allowed: %v, want %v", prefix, got, want)
		}
	}
}
