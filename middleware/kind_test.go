package middleware

import (
	"net/http"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// by is a writer that is no pointer: its interface holds a pointer to a copy.
type by struct {
	inner
	a, b int
}

// Only what words says of an interface makes take and Record.inner right.
func TestWords(t *testing.T) {
	ptr, val := &by{inner: newInner(), a: 1}, by{inner: newInner(), b: 2}
	for _, w := range []http.ResponseWriter{ptr, val, refusal{}} {
		if got := split(w).join(); !reflect.DeepEqual(got, w) {
			t.Errorf("%T: %v comes back, want %v", w, got, w)
		}
		h, r, _ := Wrap(w)
		if got := r.inner(); !reflect.DeepEqual(got, w) {
			t.Errorf("%T: the record holds %v, want %v", w, got, w)
		}
		if again, same, owner := Wrap(h); again != h || same != r || owner {
			t.Errorf("%T: wrapped twice", w)
		}
	}
	if got, _ := split(ptr).join().(*by); got != ptr || (*by)(split(ptr).value) != ptr {
		t.Error("a pointer is not its interface's second word")
	}
}

// An inner writer that nothing but its record holds must live as long as the request.
func TestRecordKeepsItsWriter(t *testing.T) {
	var records []*Record
	for i := range 2 * slabSize {
		_, r, _ := Wrap(by{inner: newInner(), a: i})
		records = append(records, r)
	}
	runtime.GC()
	for i, r := range records {
		if got := r.inner().(by); got.a != i || got.header == nil {
			t.Fatalf("record %d holds %v", i, got)
		}
	}
}

// A handle that somebody keeps, such as a stream's, must not keep the responses of its slab in memory.
func TestEndedRecordLetsGo(t *testing.T) {
	const responses = 3 * slabSize
	gone := make(chan bool, responses)
	stream, _, _ := Wrap(newInner())
	for range responses {
		w := &by{inner: newInner()}
		runtime.AddCleanup(w, func(int) { gone <- true }, 0)
		_, r, _ := Wrap(w)
		r.End()
	}
	for range responses {
		runtime.GC()
		<-gone
	}
	runtime.KeepAlive(stream)
}

func TestKindsAreLearnedOnceAndSafely(t *testing.T) {
	var users sync.WaitGroup
	for range 4 {
		users.Go(func() {
			for mask := range 1 << len(innerMethods) {
				w := innerWith(mask, newInner())
				if k := kindOf(w); k.table != split(w).table || k.ours || k.nested {
					t.Errorf("inner %010b: %+v", mask, k)
				}
			}
		})
	}
	users.Wait()
	before := len(*kinds.Load())
	kindOf(newInner())
	kindOf(innerWith(allMethods, newInner()))
	if got := len(*kinds.Load()); got != before {
		t.Errorf("%d kinds, then %d", before, got)
	}
}

func TestWrapOfANilPointerPanics(t *testing.T) {
	defer func() {
		if v, _ := recover().(string); !strings.Contains(v, "pass the http.ResponseWriter") {
			t.Errorf("panic %q does not name the cure", v)
		}
	}()
	Wrap((*by)(nil))
}
