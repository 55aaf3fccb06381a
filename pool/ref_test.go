package pool_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/hotpath-go/hotpath/pool"
)

// lateWith calls With where it must be refused: it panics in debug and race
// builds, and returns false in others.
func lateWith[T any](t *testing.T, r pool.Ref[T]) {
	t.Helper()
	f := func(v *T) { t.Errorf("a late With got %+v", *v) }
	if pool.DebugBuild {
		mustPanic(t, "Ref.With", func() { r.With(f) })
	} else if r.With(f) {
		t.Error("a late With returned true")
	}
	if r.Live() {
		t.Error("a late Ref is live")
	}
}

func TestRefAfterPut(t *testing.T) {
	var p pool.Pool[session]
	i := p.Get()
	r := i.Ref()
	if !r.Live() || !r.With(func(s *session) { s.user = "ada" }) || i.Value().user != "ada" {
		t.Error("With did not reach the value")
	}
	i.Put()
	lateWith(t, r)
	lateWith(t, pool.Ref[session]{})
	mustPanic(t, "Item.Value", func() { i.Ref() })
	fresh := p.Get()
	mustPanic(t, "With(nil)", func() { fresh.Ref().With(nil) })
	fresh.Put() // nobody uses it
}

// A Ref kept over the end of its request must not see the next request.
func TestRefAfterReuse(t *testing.T) {
	if pool.PoisonBuild { // reuses nothing
		return
	}
	var p pool.Pool[session]
	for range 1000 {
		i := p.Get()
		r, v := i.Ref(), i.Value()
		i.Put()
		next := p.Get()
		if next.Value() == v {
			next.Value().user = "next"
			lateWith(t, r)
			return
		}
	}
	t.Fatal("no value was reused in 1000 rounds")
}

// Put during With: the value stays as it is until With returns.
func TestRefPutDuringWith(t *testing.T) {
	var p pool.Pool[session]
	i := p.Get()
	r, v := i.Ref(), i.Value()
	r.With(func(s *session) {
		s.user = "ada"
		r.With(func(*session) { i.Put() })
		mustPanic(t, "Item.Put", i.Put)
		if s.user != "ada" || s.resets != 0 {
			t.Errorf("reset under its user: %+v", *s)
		}
		for range 10 {
			if n := p.Get(); n.Value() == s {
				t.Error("handed out while With uses it")
			}
		}
		lateWith(t, r)
	})
	if !pool.DebugBuild && (v.user != "" || v.resets != 1) {
		t.Errorf("after With: %+v, want one reset", *v)
	}
}

// Handlers that run on after their request use its Ref while others are served.
func TestRefTorture(t *testing.T) {
	type state struct{ owner, users atomic.Int64 }
	p := pool.Pool[state]{Reset: func(s *state) {
		if s.users.Load() != 0 {
			t.Error("reset while With uses it")
		}
		s.owner.Store(0)
	}}
	var wg sync.WaitGroup
	rounds := scaled(t, 3000)
	var refused, served atomic.Int64
	for id := range int64(4) {
		wg.Go(func() {
			for n := range int64(rounds) {
				me := id<<32 | n + 1
				i := p.Get()
				i.Value().owner.Store(me)
				r := i.Ref()
				wg.Go(func() {
					defer func() { // in a race build
						if recover() != nil {
							refused.Add(1)
						}
					}()
					ok := r.With(func(s *state) {
						s.users.Add(1)
						if got := s.owner.Load(); got != me {
							t.Errorf("request %x saw the data of %x", me, got)
						}
						s.users.Add(-1)
						served.Add(1)
					})
					if !ok {
						refused.Add(1)
					}
				})
				i.Put()
			}
		})
	}
	wg.Wait()
	if got := refused.Load() + served.Load(); got != 4*int64(rounds) {
		t.Errorf("%d calls refused and served, want %d", got, 4*rounds)
	}
}
