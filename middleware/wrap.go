package middleware

import (
	"net/http"
	"sync"
	"unsafe"
)

// dispenser gives out handles from a slab: a run of handles, each given out once and never again. Late use is then always
// seen, and cannot reach a later request. A slab costs one allocation for slabSize requests; a handle somebody keeps holds its
// slab in memory, but no other response: a handle lets go of its own at the end.
//
// A dispenser is owned by one call at a time; a sync.Pool passes it on.
type dispenser struct {
	slab *[slabSize]handle
	used int
}

// slabSize makes a slab fill the allocator's class of 3072 bytes.
const slabSize = 38

var dispensers = sync.Pool{New: func() any { return new(dispenser) }}

type recorder interface{ record() *Record }

// Wrap returns a writer that records the response and has exactly w's optional interfaces, and its Record.
//
// If w is such a writer already, because a piece further out wrapped it, w itself comes back with its Record and owner is false:
// one wrap serves the whole stack. If owner is true, the caller must defer Record.End.
func Wrap(w http.ResponseWriter) (rw http.ResponseWriter, r *Record, owner bool) {
	k := kindOf(w)
	if k.ours {
		return w, w.(recorder).record(), false
	}
	d := dispensers.Get().(*dispenser)
	rw, r = d.take(k, w)
	dispensers.Put(d)
	return rw, r, true
}

// wrap is Wrap for the owner of d.
func (d *dispenser) wrap(w http.ResponseWriter) (rw http.ResponseWriter, r *Record, owner bool) {
	k := kindOf(w)
	if k.ours {
		return w, w.(recorder).record(), false
	}
	rw, r = d.take(k, w)
	return rw, r, true
}

func (d *dispenser) take(k *kind, w http.ResponseWriter) (http.ResponseWriter, *Record) {
	value := split(w).value
	if value == nil {
		refuseNil() // a pointer that is nil: as a value, it says that the request has ended
	}
	if d.slab == nil {
		d.slab = new([slabSize]handle)
	}
	h := &d.slab[d.used]
	if d.used++; d.used == slabSize {
		d.slab, d.used = nil, 0
	}
	h.rec.table, h.rec.value = k.table, value
	if k.nested {
		h.rec.flags = nested
		h.rec.inherit()
	}
	return words{k.outer, unsafe.Pointer(h)}.join(), &h.rec
}

func (r *Record) inherit() {
	if outer := r.further(); outer != nil {
		r.requestID = outer.requestID
	}
}

// RecordOf returns the Record of the nearest wrapped writer, following Unwrap through foreign ones; nil if there is none.
func RecordOf(w http.ResponseWriter) *Record {
	for w != nil {
		switch t := w.(type) {
		case recorder:
			return t.record()
		case unwrapper:
			w = t.Unwrap()
		default:
			return nil
		}
	}
	return nil
}
