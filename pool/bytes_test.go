//go:build !pooldebug

package pool_test

import (
	"fmt"
	"math/rand/v2"
	"net/http/httputil"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"unsafe"

	"github.com/hotpath-go/hotpath/pool"
)

var _ httputil.BufferPool = (*pool.BufferPool)(nil)

// span is the memory a slice covers, for comparison only.
func span(b []byte) (from, to uintptr) {
	from = uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	return from, from + uintptr(cap(b))
}

func overlap(a, b []byte) bool {
	a0, a1 := span(a)
	b0, b1 := span(b)
	return a0 < b1 && b0 < a1
}

func TestBytesSizes(t *testing.T) {
	var p pool.Bytes
	last := 0
	for n := range 70_000 {
		b := p.Get(n)
		if len(b) != n || cap(b) < 64 || cap(b) < last {
			t.Fatalf("Get(%d): len %d cap %d after cap %d", n, len(b), cap(b), last)
		}
		if n > 64 && cap(b) > n+n/4 {
			t.Fatalf("Get(%d): cap %d wastes more than a quarter", n, cap(b))
		}
		last = cap(b)
		p.Put(b)
	}
	if s := p.Stats(); s.Refused != 0 || s.Gets != 70_000 {
		t.Errorf("%+v, want every Put taken", s)
	}
}

func TestBytesLimits(t *testing.T) {
	for _, c := range []struct{ least, most, n, want int }{
		{0, 0, 1 << 20, 1 << 20},
		{0, 0, 1<<20 + 1, 1<<20 + 1}, // plain make
		{1000, 0, 1, 1024},
		{1 << 20, 0, 1, 1 << 20},
		{0, 64, 64, 64},
		{0, 64, 65, 65},
		{0, 5000, 5001, 5120}, // MaxSize is rounded up, too
		{0, 5000, 5121, 5121},
		{3, 1 << 30, 3 << 10, 3 << 10},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			p := pool.Bytes{MinSize: c.least, MaxSize: c.most}
			b := p.Get(c.n)
			if len(b) != c.n || cap(b) != c.want {
				t.Errorf("len %d cap %d, want %d and %d", len(b), cap(b), c.n, c.want)
			}
		})
	}
	mustPanic(t, "Get(-1)", func() { new(pool.Bytes).Get(-1) })
}

func TestBytesReuses(t *testing.T) {
	var p pool.Bytes
	for range 1000 {
		b := p.Get(1000)
		p.Put(b[:0])
		again := p.Get(900)
		if unsafe.SliceData(again) == unsafe.SliceData(b) {
			return
		}
	}
	t.Fatal("no slice was reused in 1000 rounds")
}

func TestBytesRefuses(t *testing.T) {
	var p, other pool.Bytes
	whole := p.Get(1024)
	twice := p.Get(2000)
	p.Put(twice)
	for _, c := range []struct {
		name string
		b    []byte
	}{
		{"nil", nil},
		{"empty", []byte{}},
		{"foreign", make([]byte, 1000)},
		{"foreign of a class's size", make([]byte, 1024)},
		{"another pool's", other.Get(1024)},
		{"tail of a class's size", whole[512:]},
		{"tail", whole[1:]},
		{"empty tail", whole[1024:]},
		{"head of a class's size", whole[:64:64]},
		{"middle of a class's size", whole[512:576:576]},
		{"larger than MaxSize", p.Get(1<<20 + 1)},
		{"put already", twice},
	} {
		before := p.Stats().Refused
		p.Put(c.b)
		if got := p.Stats().Refused - before; got != 1 {
			t.Errorf("%s: refused %d times, want once", c.name, got)
		}
	}
	p.Put(whole)
	if got := p.Stats().Refused; got != 12 {
		t.Errorf("refused %d, want 12: the whole slice is welcome", got)
	}
	new(pool.Bytes).Put(whole) // a pool that never made anything
}

// Of two goroutines that put one slice at once, one is refused.
func TestBytesConcurrentDoublePut(t *testing.T) {
	var p pool.Bytes
	var b []byte
	rounds := uint64(0)
	duel(t, func() { b = p.Get(100); rounds++ }, func() { p.Put(b) }, func() {
		if got := p.Stats().Refused; got != rounds {
			t.Errorf("refused %d of %d second puts", got, rounds)
		}
		x, y := p.Get(100), p.Get(100)
		if overlap(x, y) {
			t.Error("one array, two owners")
		}
		p.Put(x)
		p.Put(y)
	})
}

// A Put that comes late, when its slice has the next owner, ends that one's
// ownership: nothing could tell. It breaks nothing else, also at the moment in
// which Get hands the slice out.
func TestBytesLatePut(t *testing.T) {
	var p pool.Bytes
	var last atomic.Pointer[[]byte]
	var over atomic.Bool
	var wg sync.WaitGroup
	wg.Go(func() {
		for !over.Load() {
			if b := last.Load(); b != nil {
				p.Put(*b)
			}
		}
	})
	for n, rounds := 0, scaled(t, 40_000); n < rounds && !t.Failed(); n++ {
		b := p.Get(100)
		if len(b) != 100 || cap(b) != 112 {
			t.Errorf("len %d cap %d, want 100 and 112", len(b), cap(b))
		}
		last.Store(&b)
		p.Put(b)
	}
	over.Store(true)
	wg.Wait()
}

// misuser is an owner who, beside putting its slices, puts parts of them,
// slices from elsewhere, and each slice a second time. What it never does is
// to put a slice that has its next owner: nothing could tell.
type misuser struct {
	p    *pool.Bytes
	r    *rand.Rand
	live [][]byte
}

func (m *misuser) step(t *testing.T) {
	switch m.r.IntN(8) {
	case 0, 1, 2:
		b := m.p.Get(m.r.IntN(3000))
		for _, other := range m.live {
			if overlap(b, other) {
				t.Fatalf("Get returned %p+%d, which overlaps the live %p+%d", b, cap(b), other, cap(other))
			}
		}
		m.live = append(m.live, b)
	case 3, 4:
		if len(m.live) > 0 {
			i := m.r.IntN(len(m.live))
			b := m.live[i]
			m.live = slices.Delete(m.live, i, i+1)
			m.p.Put(b)
			m.p.Put(b)
		}
	case 5, 6:
		if len(m.live) > 0 {
			m.p.Put(m.part(m.live[m.r.IntN(len(m.live))]))
		}
	case 7:
		m.p.Put(make([]byte, 64<<m.r.IntN(6)))
	}
}

// part cuts a proper part, often one with a class's size as capacity.
func (m *misuser) part(b []byte) []byte {
	b = b[:cap(b)]
	sizes := []int{64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 1024, 2048}
	size := sizes[m.r.IntN(len(sizes))]
	if size >= len(b) {
		return b[1:]
	}
	if m.r.IntN(2) == 0 {
		return b[len(b)-size:]
	}
	from := m.r.IntN(len(b) - size)
	return b[from : from+size : from+size]
}

func TestBytesNeverOverlap(t *testing.T) {
	for seed := range uint64(scaled(t, 20)) {
		m := misuser{p: new(pool.Bytes), r: rand.New(rand.NewPCG(seed, 1))}
		for i := range 2000 {
			m.step(t)
			if i%500 == 0 {
				runtime.GC() // retires tickets and brings addresses back
			}
		}
	}
}

// The same with many goroutines: a byte in each slice names its owner.
func TestBytesOneOwner(t *testing.T) {
	var p pool.Bytes
	var wg sync.WaitGroup
	for id := range byte(4) {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(id), 2))
			for range scaled(t, 3000) {
				b := p.Get(2 + r.IntN(2000)) // half of 1 would be the whole
				for i := range b {
					b[i] = id
				}
				p.Put(b[len(b)/2:])
				p.Put(b[: len(b)/2 : len(b)/2])
				runtime.Gosched()
				for i := range b {
					if b[i] != id {
						t.Errorf("%d wrote into a slice that %d owns", b[i], id)
						return
					}
				}
				p.Put(b)
			}
		})
	}
	wg.Wait()
}

// Arrays that the collector took are forgotten, and still counted.
func TestBytesForgetsTheDead(t *testing.T) {
	var p pool.Bytes
	const n = 5000
	for range n {
		p.Get(4000) // dropped
	}
	waitFor(t, func() bool { runtime.GC(); return p.Tickets() < n/10 })
	if s := p.Stats(); s.Gets != n || s.Misses != n {
		t.Errorf("%+v, want %d gets and misses", s, n)
	}
	for range n {
		p.Put(p.Get(4000))
	}
	if s := p.Stats(); s.Gets != 2*n || s.Refused != 0 {
		t.Errorf("%+v, want %d gets and none refused", s, 2*n)
	}
}

// So are Buffers.
func TestBuffersForgetTheDead(t *testing.T) {
	p := pool.Bytes{MaxSize: 4096}
	const n = 2000
	for range n {
		p.Buffer(4000) // dropped
		p.Buffer(5000)
	}
	waitFor(t, func() bool { runtime.GC(); return p.Tickets() < n/10 })
	if s := p.Stats(); s.Gets != 2*n || s.Misses != 2*n {
		t.Errorf("%+v, want %d gets and misses", s, 2*n)
	}
}

// So are those that a later owner dropped: the pool holds on to nothing that is
// out.
func TestBytesForgetsTheDropped(t *testing.T) {
	var p pool.Bytes
	var out [200][]byte
	for i := range out {
		out[i] = p.Get(8000)
	}
	for i := range out {
		p.Put(out[i])
		out[i] = nil
	}
	for range out {
		p.Get(8000) // most of them again
	}
	waitFor(t, func() bool { runtime.GC(); return p.Tickets() < len(out)/10 })
}

// Owners come and go while the table grows and the collector retires tickets.
func TestBytesTableTorture(t *testing.T) {
	var p pool.Bytes
	var gets atomic.Uint64
	var wg sync.WaitGroup
	for id := range uint64(4) {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(id, 3))
			var live [][]byte
			for i := range scaled(t, 4000) {
				live = append(live, p.Get(r.IntN(500)))
				gets.Add(1)
				switch {
				case i%1000 == 0:
					runtime.GC()
					live = nil // dropped, all of them
				case r.IntN(3) > 0:
					p.Put(live[len(live)-1])
					live = live[:len(live)-1]
				}
			}
		})
	}
	wg.Wait()
	if s := p.Stats(); s.Gets != gets.Load() || s.Refused != 0 || s.Misses > s.Gets {
		t.Errorf("%+v, want %d gets and none refused", s, gets.Load())
	}
}

func TestBufferPool(t *testing.T) {
	var mem pool.Bytes
	for _, c := range []struct {
		p    httputil.BufferPool
		want int
	}{
		{&pool.BufferPool{}, 32 << 10},
		{&pool.BufferPool{Size: 5000, Bytes: &mem}, 5000},
	} {
		b := c.p.Get()
		if len(b) != c.want {
			t.Errorf("len %d, want %d", len(b), c.want)
		}
		c.p.Put(b)
	}
	if s := mem.Stats(); s.Gets != 1 || s.Refused != 0 {
		t.Errorf("%+v, want one get and its put", s)
	}
}
