package requestid

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func TestHexadecimal(t *testing.T) {
	check := func(v uint64) {
		var got [16]byte
		if hexadecimal(got[:], v); string(got[:]) != fmt.Sprintf("%016x", v) {
			t.Fatalf("%q, want %016x", got, v)
		}
	}
	for i := range 64 {
		check(0xf << i)
		check(0x123456789abcdef0 << i)
	}
	for range 1000 {
		check(rand.Uint64())
	}
}

// An id that somebody keeps never changes, however many come after it.
func TestKeptIDs(t *testing.T) {
	var r run
	seen, kept := map[string]bool{}, [][]string{}
	for range 10 * runLength {
		v := r.generate()
		if cap(v) != 1 || seen[v[0]] {
			t.Fatalf("%q again, or room for more in %d", v, cap(v))
		}
		seen[string([]byte(v[0]))] = true
		kept = append(kept, v)
	}
	for _, v := range kept {
		if !seen[v[0]] {
			t.Fatalf("%q has changed", v)
		}
	}
}
