package pool

import (
	"math/bits"
	"runtime"
	"sync"
	"sync/atomic"
	"unsafe"
)

// registry is safe for concurrent use: find takes no lock. It maps the address
// at which an array begins to the array's ticket, for as long as the garbage
// collector keeps the array, so that Put can tell a whole slice of this Bytes
// from everything else without reading any memory through the slice.
type registry struct {
	table atomic.Pointer[table]

	mu      sync.Mutex // guards writing: issue, retire and what follows
	used    int        // slots of table that are not nil
	blocks  map[*ticket]struct{}
	misses  [numClasses]uint64 // tickets issued
	retired [numClasses]uint64 // gets of the tickets that are gone
	beyond  ClassStats         // the same for blocks made not to be kept
}

// table is an open-addressed hash table with linear probing. A slot goes from
// nil to a ticket and later perhaps to another or to gone, never back to nil:
// so a probe that runs beside a writer never stops too early.
type table struct {
	shift uint // less than 64
	slots []atomic.Pointer[ticket]
}

// gone stands where a retired ticket was. No array begins at its address, 0,
// but a nil slice seems to: gone is never out, so putting one is refused.
var gone = new(ticket)

func newTable(logSize int) *table {
	return &table{uint(64 - logSize), make([]atomic.Pointer[ticket], 1<<logSize)}
}

// start is where the probe for addr begins: Fibonacci hashing, as in Knuth,
// TAOCP vol. 3, 6.4.
func (t *table) start(addr uintptr) int {
	return int(uint64(addr) * 0x9e3779b97f4a7c15 >> (t.shift % 64))
}

// addrOf is a number to compare; it never becomes a pointer again.
func addrOf(array *byte) uintptr { return uintptr(unsafe.Pointer(array)) }

// first returns what is where the probe for array begins: its ticket most
// often, and if not, find knows. So who asks need not make a call.
func (r *registry) first(array *byte) *ticket {
	t := r.table.Load()
	if t == nil {
		return nil
	}
	return t.slots[t.start(addrOf(array))].Load()
}

// find returns the ticket of the array, or gone. Whoever holds an array from
// Get finds its ticket: it was in the table before Get returned, or was found
// there by Get.
func (r *registry) find(array *byte) *ticket {
	t := r.table.Load()
	if t == nil {
		return gone
	}
	addr := addrOf(array)
	for i := t.start(addr); ; i++ {
		switch k := t.slots[i&(len(t.slots)-1)].Load(); {
		case k == nil:
			return gone
		case k.addr == addr:
			return k
		}
	}
}

// issue writes the ticket of a new array, which is out with its first owner,
// and gives its bytes back to spent when the array is dead.
func (r *registry) issue(b []byte, class int, lies *sync.Pool, spent *atomic.Int64) *ticket {
	data := unsafe.SliceData(b)
	k := &ticket{addr: addrOf(data), size: cap(b), home: class, lies: lies}
	k.turn.begin()
	k.class.Store(int32(class))
	r.mu.Lock()
	r.misses[class]++
	r.insert(k)
	r.mu.Unlock()
	// A cleanup may come late, after the memory has another use. insert and
	// retire allow for that. In the meantime a Put of a part of someone's
	// array could match if the dead array was dropped while out, began and
	// ended just there, and nothing else was known to begin there. The ticket
	// goes while that lies in the pool, and Get finds an array without one.
	runtime.AddCleanup(data, func(k *ticket) {
		r.retire(k)
		spent.Add(-int64(k.size)) // afterwards: Stats never exceeds it
	}, k)
	return k
}

// watchBlock counts k's owners from now on, and beyond its life.
func (r *registry) watchBlock(k *block) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.blocks == nil {
		r.blocks = make(map[*ticket]struct{})
	}
	r.blocks[k.t] = struct{}{}
	if k.class != notKept {
		r.misses[k.class]++
	} else {
		r.beyond.Misses++
	}
}

func (r *registry) retireBlock(t *ticket) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.blocks, t)
	r.bury(t)
}

// bury needs mu. It remembers the gets of a ticket that goes.
func (r *registry) bury(t *ticket) {
	if t.home != notKept {
		r.retired[t.home] += t.turn.begun()
	} else {
		r.beyond.Gets += t.turn.begun()
	}
}

// insert needs mu. A ticket of the same address is of a dead array.
func (r *registry) insert(k *ticket) {
	t := r.table.Load()
	if t == nil || 2*r.used >= len(t.slots) {
		t = r.rebuild(t)
	}
	var free *atomic.Pointer[ticket]
	for i := t.start(k.addr); ; i++ {
		s := &t.slots[i&(len(t.slots)-1)]
		switch old := s.Load(); {
		case old == nil && free == nil:
			r.used++
			s.Store(k)
			return
		case old == nil:
			free.Store(k)
			return
		case old == gone && free == nil:
			// Addresses come again, each to the probe of its last time: it
			// would get longer with each collection.
			free = s
		case old.addr == k.addr:
			r.bury(old)
			s.Store(k)
			return
		}
	}
}

// retire forgets a ticket when its array is dead, unless a younger array at
// the same address has taken its place.
func (r *registry) retire(k *ticket) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.table.Load()
	for i := t.start(k.addr); ; i++ {
		s := &t.slots[i&(len(t.slots)-1)]
		switch s.Load() {
		case nil:
			return
		case k:
			r.bury(k)
			s.Store(gone)
			return
		}
	}
}

// rebuild needs mu. It moves the living tickets to a table at most a quarter
// full. A reader that still probes the old one finds all that it may ask for.
func (r *registry) rebuild(old *table) *table {
	var living []*ticket
	r.each(old, func(k *ticket) { living = append(living, k) })
	t := newTable(max(10, bits.Len(uint(4*len(living)))))
	for _, k := range living {
		i := t.start(k.addr)
		for t.slots[i&(len(t.slots)-1)].Load() != nil {
			i++
		}
		t.slots[i&(len(t.slots)-1)].Store(k)
	}
	r.used = len(living)
	r.table.Store(t)
	return t
}

func (r *registry) each(t *table, f func(*ticket)) {
	if t == nil {
		return
	}
	for i := range t.slots {
		if k := t.slots[i].Load(); k != nil && k != gone {
			f(k)
		}
	}
}

// eachTicket needs mu.
func (r *registry) eachTicket(f func(*ticket)) {
	r.each(r.table.Load(), f)
	for t := range r.blocks {
		f(t)
	}
}
