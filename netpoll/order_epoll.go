//go:build linux && !portable

package netpoll

// order knows which connection was parked first. Those that woke since stay in it until they come to its head or are too
// many, so that a wake costs nothing. It is guarded by lot.mu.
type order struct {
	queue []parkingID
	head  int
}

// parkingID names one parking of an fd.
type parkingID struct {
	fd  int32
	gen uint32
}

func (o *order) add(fd int, gen uint32, parked int64, t *table) {
	if len(o.queue) == cap(o.queue) && int64(len(o.queue)) > 2*parked {
		o.compact(t)
	}
	o.queue = append(o.queue, parkingID{int32(fd), gen})
}

func (o *order) compact(t *table) {
	live := o.queue[:0]
	for _, p := range o.queue[o.head:] {
		if s := t.at(int(p.fd)); s != nil && s.gen == p.gen {
			live = append(live, p)
		}
	}
	o.queue, o.head = live, 0
}

func (o *order) first(take func(int, uint32) (taken, bool)) (taken, bool) {
	for o.head < len(o.queue) {
		p := o.queue[o.head]
		o.head++
		if out, ok := take(int(p.fd), p.gen); ok {
			return out, true
		}
	}
	o.queue, o.head = o.queue[:0], 0
	return taken{}, false
}
