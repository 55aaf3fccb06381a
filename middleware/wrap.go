package middleware

import (
	"net/http"
	"reflect"
	"sync"
)

// dispenser gives out handles from a slab: a run of handles, each given out once and never again. Late use is then always
// seen, and cannot reach a later request. A slab costs one allocation for slabSize requests; a handle somebody keeps holds its
// slab, and so up to slabSize finished responses, in memory.
//
// A dispenser is owned by one call at a time; a sync.Pool passes it on.
type dispenser struct {
	slab *[slabSize]handle
	used int
	// kind, can and nested remember the last inner writer's type: a server has one or two, and ten assertions cost 50 ns.
	kind   reflect.Type
	can    capability
	nested bool // the type has Unwrap
}

// slabSize makes a slab fill the allocator's class of 1152 bytes.
const slabSize = 14

var dispensers = sync.Pool{New: func() any { return new(dispenser) }}

type recorder interface{ record() *Record }

// Wrap returns a writer that records the response and has exactly w's optional interfaces, and its Record.
//
// If w is such a writer already, because a piece further out wrapped it, w itself comes back with its Record and owner is false:
// one wrap serves the whole stack. If owner is true, the caller must defer Record.End.
func Wrap(w http.ResponseWriter) (rw http.ResponseWriter, r *Record, owner bool) {
	if h, ok := w.(recorder); ok {
		return w, h.record(), false
	}
	d := dispensers.Get().(*dispenser)
	rw, r = d.take(w)
	dispensers.Put(d)
	return rw, r, true
}

// wrap is Wrap for the owner of d: a type that d knows is none of ours.
func (d *dispenser) wrap(w http.ResponseWriter) (rw http.ResponseWriter, r *Record, owner bool) {
	if reflect.TypeOf(w) != d.kind {
		if h, ok := w.(recorder); ok {
			return w, h.record(), false
		}
	}
	rw, r = d.take(w)
	return rw, r, true
}

func (d *dispenser) take(w http.ResponseWriter) (http.ResponseWriter, *Record) {
	if kind := reflect.TypeOf(w); kind != d.kind || kind == nil {
		d.learn(w)
	}
	h := d.next()
	h.rec.inner = w
	if d.nested {
		h.rec.inherit()
	}
	return h.as(d.can), &h.rec
}

func (d *dispenser) learn(w http.ResponseWriter) {
	if w == nil {
		panic("middleware: Wrap(nil): pass the http.ResponseWriter the handler was called with")
	}
	_, d.nested = w.(unwrapper)
	d.kind, d.can = reflect.TypeOf(w), capabilitiesOf(w)
}

func (d *dispenser) next() *handle {
	if d.slab == nil {
		d.slab = new([slabSize]handle)
	}
	h := &d.slab[d.used]
	if d.used++; d.used == slabSize {
		d.slab, d.used = nil, 0
	}
	return h
}

func (r *Record) inherit() {
	r.flags |= nested
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
