package pool

import (
	"cmp"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
)

// A Leak is a value; copy it freely. It is something that was taken from a pool
// and was not put when Leaks looked.
type Leak struct {
	ID    uint64 // counts the Gets of the pool that were watched
	Kind  string // what was taken, such as "*session" or "[]byte of 100"
	Stack string // the calls that led to Get, innermost first
}

func (l Leak) String() string { return l.Kind + " taken by\n" + l.Stack }

// watch is safe for concurrent use. It records who takes, while somebody asked
// for it or the build does.
type watch struct {
	watchers atomic.Int32
	ids      atomic.Uint64
	mu       sync.Mutex
	out      map[*trace]struct{}
}

// on is all that a Get pays when nobody watches.
func (w *watch) on() bool { return debugBuild || w.watchers.Load() != 0 }

// listing reports whether what is out is listed. A race build takes stacks but
// does not list: what is dropped on purpose would stay on the list for good.
func (w *watch) listing() bool { return poisonBuild || w.watchers.Load() != 0 }

func (w *watch) start() (stop func()) {
	w.watchers.Add(1)
	return sync.OnceFunc(func() {
		if w.watchers.Add(-1) == 0 && !poisonBuild {
			w.mu.Lock()
			w.out = nil
			w.mu.Unlock()
		}
	})
}

// taken returns the trace of a new ownership; before is the last one's.
//
//go:noinline
func (w *watch) taken(kind func() string, before *trace) *trace {
	t := &trace{w: w, id: w.ids.Add(1), kind: kind(), taken: callers()}
	t.before.Store(before)
	if before != nil {
		before.before.Store(nil) // two owners are enough
	}
	if w.listing() {
		w.mu.Lock()
		if w.out == nil {
			w.out = make(map[*trace]struct{})
		}
		w.out[t] = struct{}{}
		w.mu.Unlock()
	}
	return t
}

func (w *watch) leaks() []Leak {
	w.mu.Lock()
	defer w.mu.Unlock()
	var found []Leak
	for t := range w.out {
		found = append(found, Leak{t.id, t.kind, t.taken.String()})
	}
	slices.SortFunc(found, func(a, b Leak) int { return cmp.Compare(a.ID, b.ID) })
	return found
}

// Watch makes Leaks list what is taken from now on, until stop is called. A
// watched Get records its callers, which costs a microsecond. In a pooldebug
// build everything is watched always.
func (p *Pool[T]) Watch() (stop func()) { return p.watch.start() }

// Leaks lists what was taken while watched and is still out.
func (p *Pool[T]) Leaks() []Leak { return p.watch.leaks() }

// Check returns an error if a value was written to after its Put. It sees that
// in a pooldebug build, and nothing in others.
func (p *Pool[T]) Check() error { return p.grave.check() }

func kindOf[T any]() string { return reflect.TypeFor[*T]().String() }
