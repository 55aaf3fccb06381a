//go:build !pooldebug

// A pooldebug build reuses nothing; poison_test.go tests what it does instead.

package pool_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/hotpath-go/hotpath/pool"
)

// reuse puts an item of p and takes items until its value comes back, which a
// sync.Pool does soon but need not do at once (under -race it drops one put in
// four). It returns the ended handle and the new owner's.
func reuse[T any](t *testing.T, p *pool.Pool[T]) (old, fresh pool.Item[T]) {
	t.Helper()
	for range 1000 {
		old = p.Get()
		v := old.Value()
		old.Put()
		fresh = p.Get()
		if fresh.Value() == v {
			return old, fresh
		}
		fresh.Put()
	}
	t.Fatal("no value was reused in 1000 rounds")
	return old, fresh
}

func TestItemDoublePut(t *testing.T) {
	var p pool.Pool[session]
	i := p.Get()
	i.Put()
	mustPanic(t, "Item.Put", i.Put)
	mustPanic(t, "Item.Value", func() { i.Value() })
}

func TestItemDoublePutOfCopy(t *testing.T) {
	var p pool.Pool[session]
	i := p.Get()
	copied := i
	copied.Put()
	mustPanic(t, "Item.Put", i.Put)
	mustPanic(t, "Item.Value", func() { i.Value() })
}

func TestItemZero(t *testing.T) {
	var i pool.Item[session]
	mustPanic(t, "Item.Put", i.Put)
	mustPanic(t, "Item.Value", func() { i.Value() })
}

// A handle that outlives its ownership must not reach the next owner's value.
func TestItemKeptAfterReuse(t *testing.T) {
	var p pool.Pool[session]
	old, fresh := reuse(t, &p)
	mustPanic(t, "Item.Put", old.Put)
	mustPanic(t, "Item.Value", func() { old.Value() })
	fresh.Value().user = "still mine"
	if other := p.Get(); other.Value() == fresh.Value() {
		t.Fatal("the late Put gave the value a second owner")
	}
	fresh.Put()
}

// Two goroutines put one item at the same time: one wins, the other panics,
// and the value lies in the pool once.
func TestItemConcurrentDoublePut(t *testing.T) {
	var p pool.Pool[session]
	var i pool.Item[session]
	var wins, losses atomic.Int32
	put := func() {
		defer func() {
			if recover() != nil {
				losses.Add(1)
			}
		}()
		i.Put()
		wins.Add(1)
	}
	duel(t, func() { i = p.Get() }, put, func() {
		if wins.Swap(0) != 1 || losses.Swap(0) != 1 {
			t.Error("both puts succeeded, or neither; want one")
		}
		a, b := p.Get(), p.Get()
		if a.Value() == b.Value() {
			t.Error("one value, two owners")
		}
		a.Put()
		b.Put()
	})
}

// Many goroutines share a pool; each marks its value and finds its own mark.
func TestPoolOneOwner(t *testing.T) {
	p := pool.Pool[atomic.Int64]{Reset: func(v *atomic.Int64) { v.Store(0) }}
	var wg sync.WaitGroup
	for id := range int64(4) {
		wg.Go(func() {
			for range scaled(t, 5000) {
				i := p.Get()
				if got := i.Value().Swap(id + 1); got != 0 {
					t.Errorf("got a value that %d owns", got-1)
				}
				if got := i.Value().Load(); got != id+1 {
					t.Errorf("%d wrote to a value that %d owns", got-1, id)
				}
				i.Put()
			}
		})
	}
	wg.Wait()
}

func TestPoolResetMethod(t *testing.T) {
	var p pool.Pool[session]
	i := p.Get()
	v := i.Value()
	v.user = "ada"
	i.Put()
	// v is looked at after Put on purpose: Reset must not wait for a Get.
	if !pool.DebugBuild && (v.user != "" || v.resets != 1) {
		t.Errorf("after Put: %+v, want one reset", *v)
	}
	_, fresh := reuse(t, &p)
	if got := fresh.Value().user; got != "" {
		t.Errorf("the next owner sees %q", got)
	}
}

func TestPoolHooks(t *testing.T) {
	made := 0
	p := pool.Pool[session]{
		New:   func() *session { made++; return &session{user: "new"} },
		Reset: func(s *session) { s.user = "by hook" },
	}
	i := p.Get()
	v := i.Value()
	if made != 1 || v.user != "new" {
		t.Errorf("made %d, got %+v, want one from New", made, *v)
	}
	i.Put()
	if !pool.DebugBuild && (v.user != "by hook" || v.resets != 0) {
		t.Errorf("after Put: %+v, want the hook instead of the method", *v)
	}
}

func TestPoolResetPanics(t *testing.T) {
	fail := true
	p := pool.Pool[session]{Reset: func(*session) {
		if fail {
			panic("no")
		}
	}}
	i := p.Get()
	broken := i.Value()
	func() {
		defer func() { _ = recover() }()
		i.Put()
	}()
	fail = false
	for range 100 {
		n := p.Get()
		if n.Value() == broken {
			t.Fatal("a value whose Reset panicked was handed out")
		}
		n.Put()
	}
	mustPanic(t, "Item.Put", i.Put)
}

func TestPoolNewNil(t *testing.T) {
	hook := func() *session { return nil }
	mustPanic(t, "New hook", func() { (&pool.Pool[session]{New: hook}).Get() })
	mustPanic(t, "New hook", func() { pool.NewUnchecked(hook, nil).Get() })
}

func TestUnchecked(t *testing.T) {
	var p pool.Unchecked[session]
	for range 1000 {
		v := p.Get()
		v.user = "ada"
		p.Put(v)
		if v.user != "" {
			t.Fatal("Put did not reset")
		}
		if w := p.Get(); w == v {
			return
		}
	}
	t.Fatal("no value was reused in 1000 rounds")
}

func TestUncheckedHooks(t *testing.T) {
	p := pool.NewUnchecked(
		func() *session { return &session{user: "new"} },
		func(s *session) { s.user = "by hook" },
	)
	v := p.Get()
	if v.user != "new" {
		t.Errorf("got %+v, want one from New", *v)
	}
	p.Put(v)
	if v.user != "by hook" || v.resets != 0 {
		t.Errorf("after Put: %+v, want the hook instead of the method", *v)
	}
	p.Put(nil) // not to be reset
	new(pool.Unchecked[session]).Put(nil)
	var plain pool.Unchecked[int]
	for range 100 {
		plain.Put(nil)
		v := plain.Get()
		if v == nil {
			t.Fatal("Get returned the nil that was put")
		}
		plain.Put(v)
	}
}
