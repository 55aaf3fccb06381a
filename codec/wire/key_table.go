package wire

import "math/bits"

// keyTable remembers the keys of maps, which documents repeat, within themselves
// and from one to the next: the same key is one string. It goes back to the pool
// with its Decoder, so that it holds few and short keys, each in memory of its own.
type keyTable [256]struct {
	hash uint64
	text string // "" if the key has been met once
}

// keyMax is the longest key that is remembered.
const keyMax = 32

// key is keep for a key of a map. The first time a key is only noted: most of
// the keys that are names of things do not come again.
func (d *Decoder) key(b []byte) string {
	if len(b) == 0 || len(b) > keyMax || d.policy.NoCopy {
		return d.keep(b)
	}
	if d.keys == nil {
		d.keys = new(keyTable)
	}
	hash := keyHash(b)
	slot := &d.keys[hash%uint64(len(d.keys))]
	if slot.hash != hash {
		other := &d.keys[hash>>32%uint64(len(d.keys))]
		if other.hash == hash || slot.hash != 0 && other.text == "" {
			slot = other
		}
	}
	switch {
	case slot.hash != hash:
		slot.hash, slot.text = hash, ""
	case slot.text == string(b):
		return slot.text
	case slot.text == "":
		slot.text = string(b)
		return slot.text
	}
	return d.keep(b)
}

// keyHash mixes words that overlap, not bytes: one multiplication waits for the one
// before. Keys that are made to collide cost an allocation each, as they would without
// the table.
func keyHash(b []byte) uint64 {
	n := len(b)
	h := uint64(n) * 0xE7037ED1A0B428DB
	switch {
	case n >= 8:
		for i := 0; i < n-8; i += 8 {
			h = mix(h ^ load64(b, i))
		}
		return mix(h ^ load64(b, n-8))
	case n >= 4:
		return mix(h ^ uint64(load32(b, 0)) ^ uint64(load32(b, n-4))<<32)
	}
	return mix(h ^ (uint64(b[0])<<16 | uint64(b[n/2])<<8 | uint64(b[n-1])))
}

// mix folds the product with the golden ratio, whose bits all depend on those of h.
func mix(h uint64) uint64 {
	hi, lo := bits.Mul64(h^0xA0761D6478BD642F, 0x9E3779B97F4A7C15)
	return hi ^ lo
}
