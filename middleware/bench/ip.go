package bench

import (
	"fmt"
	"math/rand/v2"
	"net/netip"

	"github.com/gaissmai/bart"

	"github.com/hotpath-go/hotpath/middleware/ipfilter"
)

// Addresses is a way to ask whether one of many prefixes holds an address.
type Addresses struct {
	Case, Name string
	Ours       bool
	Holds      func(netip.Addr) bool
	Asked      []netip.Addr
}

// AddressTables are the ways, for tables of two sizes: IPv4, lengths from 8 to 32, most of them 24; half of what is asked for lies in a prefix.
func AddressTables() (ways []Addresses) {
	for _, n := range []int{100_000, 1_000_000} {
		rnd := rand.New(rand.NewPCG(1, uint64(n)))
		prefixes := make([]netip.Prefix, n)
		lite := new(bart.Lite)
		for i := range prefixes {
			prefixes[i] = netip.PrefixFrom(address(rnd), length(rnd)).Masked()
			lite.Insert(prefixes[i])
		}
		table, err := ipfilter.NewTable(ipfilter.Rules{Deny: prefixes})
		if err != nil {
			panic(err)
		}
		asked := make([]netip.Addr, 1<<16)
		for i := range asked {
			asked[i] = address(rnd)
			if i%2 == 0 {
				asked[i] = prefixes[rnd.IntN(n)].Addr().Next()
			}
		}
		kase := fmt.Sprintf("%d prefixes", n)
		ways = append(ways, Addresses{kase, "hotpath, Allows", true, func(a netip.Addr) bool { return !table.Allows(a) }, asked},
			Addresses{kase, "bart, Lite.Contains", false, lite.Contains, asked})
	}
	return ways
}

func address(rnd *rand.Rand) netip.Addr {
	v := rnd.Uint32()
	return netip.AddrFrom4([4]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)})
}

func length(rnd *rand.Rand) int {
	switch n := rnd.IntN(100); {
	case n < 60:
		return 24
	case n < 95:
		return 16 + rnd.IntN(8)
	case n < 96:
		return 12 + rnd.IntN(4)
	default:
		return 25 + rnd.IntN(8)
	}
}

func (a Addresses) loop() func(n int) {
	next := 0
	return func(n int) {
		for range n {
			if a.Holds(a.Asked[next]) {
				Sink++
			}
			next = (next + 1) & (len(a.Asked) - 1)
		}
	}
}
