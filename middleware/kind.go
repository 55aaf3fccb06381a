package middleware

import (
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"
)

// kind is what depends on a writer's type alone. It is never changed.
type kind struct {
	table  unsafe.Pointer // what words of such a writer have
	outer  unsafe.Pointer // the same for the handle with the same optional interfaces
	nested bool           // the type has Unwrap
	ours   bool           // the type is a handle's; outer is unset then
}

// words are an interface value with methods as it lies in memory: the table of its type's methods, and a pointer to the value, or
// the value itself if that is a pointer. So it is in every Go since 1.4; TestWords fails where it is not. Only values that split made
// and what kind took from them are joined.
type words struct{ table, value unsafe.Pointer }

func split(w http.ResponseWriter) words { return *(*words)(unsafe.Pointer(&w)) }

func (p words) join() http.ResponseWriter { return *(*http.ResponseWriter)(unsafe.Pointer(&p)) }

// kinds are those met so far: a server has one or two, and ten assertions cost 50 ns. The list is copied to add one, so that readers take no lock.
var (
	kinds   atomic.Pointer[[]kind]
	kindsMu sync.Mutex
)

func kindOf(w http.ResponseWriter) *kind {
	list := kinds.Load()
	if list != nil && (*list)[0].table == split(w).table {
		return &(*list)[0]
	}
	return search(list, w)
}

// search is kindOf for all but the first one met.
func search(list *[]kind, w http.ResponseWriter) *kind {
	if list != nil {
		for i := range *list {
			if k := &(*list)[i]; k.table == split(w).table {
				return k
			}
		}
	}
	return learn(w)
}

func learn(w http.ResponseWriter) *kind {
	if w == nil {
		refuseNil()
	}
	k := kind{table: split(w).table}
	if _, k.ours = w.(recorder); !k.ours {
		_, k.nested = w.(unwrapper)
		k.outer = split(new(handle).as(capabilitiesOf(w))).table
	}
	kindsMu.Lock()
	defer kindsMu.Unlock()
	var list []kind
	if old := kinds.Load(); old != nil {
		list = slices.Clone(*old)
	}
	list = append(list, k) // a second entry of one type, made at the same time, does no harm
	kinds.Store(&list)
	return &list[len(list)-1]
}

func refuseNil() {
	panic("middleware: Wrap(nil): pass the http.ResponseWriter the handler was called with")
}
