package pool

import (
	"reflect"
	"sync"
	"sync/atomic"
	"unsafe"
)

// An Unchecked is safe for concurrent use. It is [Pool] over a bare *T, at the
// price of a [sync.Pool]: nothing knows who owns a value, so a double put gives
// it two owners and a use after put reaches the next one, both unseen but in
// pooldebug builds. Take it where a handle has no room and one function holds
// Get and Put.
//
// The zero value is ready to use: it makes values with new(T), and Put calls
// the value's own Reset() method, if *T has one. It must not be copied after
// first use.
type Unchecked[T any] vault

// NewUnchecked returns an Unchecked with hooks: fresh makes a value when
// none is kept, and must not return nil; reset is called by Put, instead of the
// value's own Reset() method. Either may be nil, for what the zero Unchecked
// does.
func NewUnchecked[T any](fresh func() *T, reset func(*T)) *Unchecked[T] {
	p := new(Unchecked[T])
	if fresh != nil {
		p.values.New = func() any { return newValue(fresh) }
	}
	if reset != nil {
		p.reset = func(x any) { reset(x.(*T)) }
	}
	return p
}

// vault is what Unchecked is. It is not generic, so that resetAndPut need not
// know T.
type vault struct {
	values sync.Pool // first: resetAndPut finds the vault by it
	reset  func(any)
	// plain is 1 once it is known that there is nothing to reset. It only ever
	// becomes 1, so a stale 0 costs a look-up and nothing else.
	plain atomic.Uint32
	grave grave
}

// Get takes a value out of the pool or makes one. The caller owns it until
// Put.
func (p *Unchecked[T]) Get() (v *T) {
	// This costs 80, the inliner's budget, hence one call, no type assertion
	// and a bare return; inline_test.go guards it. values holds *T and nothing
	// else, so the pointer in x is one, or nil if x is.
	x := p.values.Get()
	if v = (*T)((*words)(unsafe.Pointer(&x)).pointer); v == nil {
		return new(T)
	}
	return
}

// Put gives v to the pool. The caller must own it, and must not touch it
// afterwards. It need not come from Get; nil is dropped.
func (p *Unchecked[T]) Put(v *T) {
	// One call of one of two functions, again for the inliner's sake, and no
	// branch, which with its jumps costs as much as the call.
	puts[p.plain.Load()&1](&p.values, v)
}

// puts are what Put does, by vault.plain. Nobody changes it.
var puts = [2]func(*sync.Pool, any){resetAndPut, (*sync.Pool).Put}

// resetAndPut is (*sync.Pool).Put with what comes before it.
func resetAndPut(values *sync.Pool, x any) {
	// A pointer to a struct's first field points to the struct: each values is
	// one of a vault, allocated with it.
	v := (*vault)(unsafe.Pointer(values))
	if (*words)(unsafe.Pointer(&x)).pointer == nil {
		return
	}
	var t *trace
	if poisonBuild { // before a Reset that follows what is poisoned
		t = v.grave.ended(reflect.TypeOf(x).String(), (*words)(unsafe.Pointer(&x)).pointer, errTwice)
	}
	if v.reset != nil {
		v.reset(x)
	} else if r, ok := x.(resetter); ok {
		r.Reset()
	} else if !poisonBuild {
		v.plain.Store(1)
	}
	if poisonBuild {
		v.grave.bury(newCorpse(x, t))
		return
	}
	v.values.Put(x)
}

var errTwice error = misuse("pool: Unchecked.Put of a value that was put already; put each once, or use a Pool, which knows in every build")

// Check returns an error if a value was written to after its Put. It sees that
// in a pooldebug build, and nothing in others.
func (p *Unchecked[T]) Check() error { return p.grave.check() }

// words is how gc and gccgo lay out an interface that holds a pointer.
type words struct{ kind, pointer unsafe.Pointer }
