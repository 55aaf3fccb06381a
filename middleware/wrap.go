package middleware

import (
	"net/http"
	"reflect"
	"sync"
)

// slab is a run of handles, each given out once and never again: late use is then always seen, and cannot reach a later
// request. It costs one allocation for slabSize requests. A handle somebody keeps holds its slab, and so up to slabSize
// finished responses, in memory.
//
// A slab is owned by one Wrap at a time; sync.Pool passes it on.
type slab struct {
	handles [slabSize]handle
	used    int
	// kind and can remember the last inner writer's type: a server has one or two, and nine failed assertions cost 50 ns.
	kind reflect.Type
	can  capability
}

// slabSize makes a slab fill the allocator's class of 1024 bytes.
const slabSize = 15

var slabs = sync.Pool{New: func() any { return new(slab) }}

type recorder interface{ record() *Record }

// Wrap returns a writer that records the response and has exactly w's optional interfaces, and its Record.
//
// If w is such a writer already, because a piece further out wrapped it, w itself comes back with its Record and owner is false:
// one wrap serves the whole stack. If owner is true, the caller must defer Record.End.
func Wrap(w http.ResponseWriter) (rw http.ResponseWriter, r *Record, owner bool) {
	if h, ok := w.(recorder); ok {
		return w, h.record(), false
	}
	if w == nil {
		panic("middleware: Wrap(nil): pass the http.ResponseWriter the handler was called with")
	}
	h, can := take(w)
	h.rec.inner = w
	if u, ok := w.(unwrapper); ok {
		h.rec.outer = RecordOf(u.Unwrap())
	}
	if h.rec.outer != nil {
		h.rec.requestID = h.rec.outer.requestID
	}
	return h.as(can), &h.rec, true
}

func take(w http.ResponseWriter) (*handle, capability) {
	s := slabs.Get().(*slab)
	if kind := reflect.TypeOf(w); kind != s.kind {
		s.kind, s.can = kind, capabilitiesOf(w)
	}
	h, can := &s.handles[s.used], s.can
	if s.used++; s.used < slabSize {
		slabs.Put(s)
	}
	return h, can
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
