package pool

// block is the state behind a [Buffer]. It belongs to the one owner of the
// Item that holds it.
type block struct {
	b   []byte // the content; its array is from mem and ours alone, or nil
	mem *Bytes
}

// Reset gives the storage back to its class; Pool calls it when the Buffer is
// released.
func (k *block) Reset() { k.replace(nil) }

// replace makes next the content and gives the old storage back.
func (k *block) replace(next []byte) {
	if cap(k.b) > 0 {
		k.mem.Put(k.b)
	}
	k.b = next
}

// larger returns new storage with the content and room for n bytes more.
// Doubling keeps appends amortised.
func (k *block) larger(n int) []byte {
	need := len(k.b) + n
	if need < 0 {
		panic("pool: Buffer larger than an int can count; write less, or to a file")
	}
	next := k.mem.Get(max(need, 2*cap(k.b)))
	return next[:copy(next, k.b)]
}

func (k *block) grow(n int) {
	if cap(k.b)-len(k.b) < n {
		k.replace(k.larger(n))
	}
}

// add appends p to the content of k.
func add[S string | []byte](k *block, p S) {
	if cap(k.b)-len(k.b) >= len(p) {
		k.b = append(k.b, p...)
		return
	}
	// p may be a part of the old storage: give that back last.
	k.replace(append(k.larger(len(p)), p...))
}
