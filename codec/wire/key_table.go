package wire

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

// keyHash is FNV-1a. Keys that are made to collide cost an allocation each, as
// they would without the table.
func keyHash(b []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range b {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h
}
