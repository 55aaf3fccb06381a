package codec

import "hash/maphash"

// keyTable remembers the keys of maps, which documents repeat, within themselves
// and from one to the next: the same key is one string. It goes back to the pool
// with its Decoder, so that it holds few and short keys, each in memory of its own.
type keyTable [256]struct {
	hash uint64
	text string // "" if the key has been met once
}

// keyMax is the longest key that is remembered.
const keyMax = 32

var keySeed = maphash.MakeSeed()

// key is keep for a key of a map. The first time a key is only noted: most of
// the keys that are names of things do not come again.
func (d *Decoder) key(b []byte) string {
	if len(b) == 0 || len(b) > keyMax || d.opts.NoCopy {
		return d.keep(b)
	}
	if d.keys == nil {
		d.keys = new(keyTable)
	}
	hash := maphash.Bytes(keySeed, b)
	slot := &d.keys[hash%uint64(len(d.keys))]
	if slot.hash != hash {
		other := &d.keys[hash>>32%uint64(len(d.keys))]
		if other.hash == hash || slot.text != "" && other.text == "" {
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
