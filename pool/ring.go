package pool

// ring must be used by one goroutine at a time. It is a queue that reuses its
// storage.
type ring[T any] struct {
	items      []T // a power of two of them
	head, tail uint
}

func (r *ring[T]) len() int { return int(r.tail - r.head) }

func (r *ring[T]) push(v T) {
	if r.len() == len(r.items) {
		r.grow()
	}
	r.items[r.tail&uint(len(r.items)-1)] = v
	r.tail++
}

// pop must only be called if len is not 0.
func (r *ring[T]) pop() (v T) {
	var zero T
	at := &r.items[r.head&uint(len(r.items)-1)]
	v, *at = *at, zero
	r.head++
	return v
}

// unpop puts v in front of all.
func (r *ring[T]) unpop(v T) {
	if r.len() == len(r.items) {
		r.grow()
	}
	r.head--
	r.items[r.head&uint(len(r.items)-1)] = v
}

// at returns the item that i pops come before; i must be less than len.
func (r *ring[T]) at(i int) T { return r.items[(r.head+uint(i))&uint(len(r.items)-1)] }

func (r *ring[T]) grow() {
	items := make([]T, max(8, 2*len(r.items)))
	for i := range r.len() {
		items[i] = r.items[(r.head+uint(i))&uint(len(r.items)-1)]
	}
	r.items, r.head, r.tail = items, 0, uint(r.len())
}
