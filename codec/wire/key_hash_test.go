package wire

import "testing"

// Each byte of a key counts at each place, and its length.
func TestKeyHashSeesEachByte(t *testing.T) {
	seen := map[uint64]string{}
	slots := map[uint64]bool{}
	for n := 1; n <= keyMax; n++ {
		for at := range n {
			for c := range 8 {
				key := make([]byte, n)
				key[at] = byte(c)
				if c == 0 && at > 0 {
					continue // the same key again
				}
				h := keyHash(key)
				if old, ok := seen[h]; ok {
					t.Fatalf("%q and %q have one hash", old, key)
				}
				seen[h] = string(key)
				slots[h%uint64(len(keyTable{}))] = true
			}
		}
	}
	if len(slots) < len(keyTable{})/2 {
		t.Errorf("%d keys lie in %d slots", len(seen), len(slots))
	}
}
