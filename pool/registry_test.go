package pool

import (
	"math/bits"
	"sync"
	"sync/atomic"
	"testing"
	"unsafe"
)

// Tickets of two cores must not meet in one cache line.
func TestCacheLines(t *testing.T) {
	if bits.UintSize == 64 && unsafe.Sizeof(ticket{}) != 64 {
		t.Errorf("a ticket has %d bytes, want 64", unsafe.Sizeof(ticket{}))
	}
}

func gets(r *registry) (n uint64) {
	classes, _ := r.stats()
	for _, c := range classes {
		n += c.Gets
	}
	return n
}

// The collector may reuse an array's address before its cleanup has run: the
// younger ticket must win, survive the older one's retirement, and both count.
func TestRegistrySameAddress(t *testing.T) {
	var r registry
	array := new([64]byte)
	r.issue(array[:], 0, new(sync.Pool), new(atomic.Int64))
	old := r.find(&array[0])
	young := &ticket{addr: old.addr, size: 80, home: 1}
	young.turn.begin()
	r.insert(young)
	if got := r.find(&array[0]); got != young {
		t.Fatalf("found %+v, want the younger ticket", got)
	}
	r.retire(old)
	if got := r.find(&array[0]); got != young {
		t.Fatalf("found %+v after the older one's cleanup, want the younger ticket", got)
	}
	if got := gets(&r); got != 2 {
		t.Errorf("%d gets, want 2", got)
	}
	r.retire(young)
	if got := r.find(&array[0]); got != gone {
		t.Errorf("found %+v, want nothing", got)
	}
	if got := gets(&r); got != 2 {
		t.Errorf("%d gets after all cleanups, want 2", got)
	}
}

// The collector gives the same addresses again and again: the probes for them
// must not get longer.
func TestRegistryReusesSlots(t *testing.T) {
	var r registry
	tickets := make([]*ticket, 100)
	for range 100 {
		for i := range tickets {
			tickets[i] = &ticket{addr: 4096 * uintptr(i+1)}
			r.insert(tickets[i])
		}
		for _, k := range tickets {
			r.retire(k)
		}
	}
	if r.used > len(tickets) {
		t.Errorf("%d slots used for %d addresses", r.used, len(tickets))
	}
}

// An array may be put after its ticket's array had died at the same address, and
// before the cleanup of that ran: then there is no ticket when it comes back. It
// is dropped, and what stands for no ticket stays as it is.
func TestArrayWithoutTicketIsDropped(t *testing.T) {
	var p Bytes
	b := p.Get(100)
	p.Put(b)
	p.tickets.retire(p.tickets.find(unsafe.SliceData(b)))
	for range 100 {
		if c := p.Get(100); len(c) != 100 || cap(c) != 112 {
			t.Fatalf("len %d cap %d, want 100 and 112", len(c), cap(c))
		}
	}
	if gone.turn.begun() != 0 {
		t.Error("what is nobody's has an owner")
	}
}

// A table from which much was retired does not count that for ever: it would be
// built anew at each insert.
func TestRegistryForgetsTheRetired(t *testing.T) {
	var r registry
	for i := range uintptr(5000) {
		k := &ticket{addr: 4096 * (i + 1)}
		r.insert(k)
		r.retire(k)
		if n := len(r.table.Load().slots); r.used > n/2 {
			t.Fatalf("%d slots of %d are used, and none is", r.used, n)
		}
	}
}

// A younger ticket takes the place of the older one of its address, also if a
// free slot comes before it.
func TestRegistryReplacesBehindAGap(t *testing.T) {
	var r registry
	gap := &ticket{addr: 4096}
	r.insert(gap)
	tab := r.table.Load()
	addr := gap.addr + 1
	for tab.start(addr) != tab.start(gap.addr) {
		addr++
	}
	r.insert(&ticket{addr: addr})
	r.retire(gap)
	young := &ticket{addr: addr}
	r.insert(young)
	r.retire(young)
	n := 0
	r.each(tab, func(*ticket) { n++ })
	if n != 0 {
		t.Errorf("%d tickets are left of one address, want none", n)
	}
}
