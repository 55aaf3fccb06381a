package pool_test

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/pool"
)

// cycle takes and puts n times.
func cycle[T any](p *pool.Pool[T], n uint64) {
	for range n {
		p.Get().Put()
	}
}

// Few uses count one by one, also of values that are reset.
func TestPoolStatsOfFew(t *testing.T) {
	var plain pool.Pool[int]
	var resets pool.Pool[session]
	for n := range uint64(pool.CountEach) {
		cycle(&plain, 1)
		cycle(&resets, 1)
		if got := plain.Stats(); got.Puts != n+1 || got.Misses == 0 || got.Hits != n+1-got.Misses || got.Refused != 0 {
			t.Fatalf("%+v after %d uses", got, n+1)
		}
		if got := resets.Stats(); got.Puts != n+1 {
			t.Fatalf("%+v after %d uses", got, n+1)
		}
	}
}

// Many count in steps: never more than there were, and nearly all.
func TestPoolStatsOfMany(t *testing.T) {
	var plain pool.Pool[int]
	var resets pool.Pool[session]
	const each, users = 2000, 4
	var wg sync.WaitGroup
	for range users {
		wg.Go(func() { cycle(&plain, each); cycle(&resets, each) })
	}
	wg.Wait()
	for _, s := range []pool.PoolStats{plain.Stats(), resets.Stats()} {
		if s.Puts > each*users || s.Puts+(pool.CountEach-1)*s.Misses < each*users || s.Misses == 0 || s.Hits+s.Misses < s.Puts || s.Hits >= s.Puts {
			t.Errorf("%+v after %d uses, want less than %d less for each value made", s, each*users, pool.CountEach)
		}
	}
}

// Bytes count while the collector has not taken them, in the pool or out.
func TestPoolStatsHeld(t *testing.T) {
	var p pool.Pool[kilobyte]
	const n = 1000
	for range n {
		p.Get() // dropped
	}
	if s := p.Stats(); s.Misses != n || s.Held <= 0 || s.Held > n<<10 {
		t.Errorf("%+v, want up to %d bytes held", s, n<<10)
	}
	i := p.Get()
	waitFor(t, func() bool { runtime.GC(); return p.Stats().Held == 1<<10 || pool.PoisonBuild })
	i.Value().b[0]++ // out until here
	waitFor(t, func() bool { runtime.GC(); return p.Stats().Held == 0 || pool.PoisonBuild })
}

func TestLocalStats(t *testing.T) {
	if pool.PoisonBuild { // reuses nothing
		return
	}
	var l pool.Local[kilobyte]
	a, b := l.Get(), l.Get()
	if s := l.Stats(); s != (pool.PoolStats{Misses: 2}) {
		t.Errorf("%+v with 2 out", s)
	}
	a.Put()
	b.Put()
	for range 10 {
		l.Get().Put()
	}
	want := pool.PoolStats{Puts: 12, Hits: 10, Misses: 2, Held: 2 << 10}
	if s := l.Stats(); s != want {
		t.Errorf("%+v, want %+v", s, want)
	}
	mustPanic(t, "LocalItem", a.Put)
	l.Trim(0)
	l.Get().Put()
	want = pool.PoolStats{Puts: 13, Hits: 10, Misses: 3, Refused: 1, Held: 1 << 10}
	if s := l.Stats(); s != want {
		t.Errorf("%+v after Trim, want %+v", s, want)
	}
}

func TestPoolStatsCountRefusals(t *testing.T) {
	var p pool.Pool[session]
	i := p.Get()
	r := i.Ref()
	i.Put()
	mustPanic(t, "Item.Put", i.Put)
	lateWith(t, r)
	if s := p.Stats(); s.Refused != 2 || s.Puts != 1 || s.Misses != 1 {
		t.Errorf("%+v, want 2 refused, 1 put, 1 miss", s)
	}
}

func TestWorkersStats(t *testing.T) {
	w := pool.Workers{Max: 1, Queue: 2}
	if s := w.Stats(); s != (pool.WorkersStats{}) {
		t.Errorf("%+v before first use", s)
	}
	g := block(t, &w)
	nop := func() {}
	must(t, w.TrySubmit(nop))
	must(t, w.TrySubmitKey(1, nop))
	_ = w.TrySubmit(nop)
	refused := make(chan error)
	go func() { refused <- w.Submit(context.Background(), nop) }()
	blocked(t, &w)
	want := pool.WorkersStats{Accepted: 3, Refused: 1, Running: 1, Queued: 2, Blocked: 1, Goroutines: 1}
	if got := w.Stats(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_ = w.Drain(short)
	if err := <-refused; err != pool.ErrClosed {
		t.Errorf("got %v, want ErrClosed", err)
	}
	close(g.open)
	drained(t, &w)
	want = pool.WorkersStats{Accepted: 3, Refused: 2}
	if got := w.Stats(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
