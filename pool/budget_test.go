//go:build !pooldebug

package pool_test

import (
	"runtime"
	"testing"

	"github.com/hotpath-go/hotpath/pool"
)

// What lies in the pool never exceeds the budget, whatever was out.
func TestBudgetIsHard(t *testing.T) {
	const budget = 1 << 20
	p := pool.Bytes{Budget: budget}
	var out [][]byte
	var buffers []pool.Buffer
	for n := range 2000 {
		out = append(out, p.Get(1000+n))
		b := p.Buffer(100)
		b.Grow(2000) // moves to another class
		buffers = append(buffers, b)
		if n%50 != 0 {
			continue
		}
		if s := p.Stats(); s.Held+s.Out > budget {
			t.Fatalf("%+v exceeds the budget of %d", s, budget)
		}
	}
	for _, b := range out {
		p.Put(b)
	}
	for _, b := range buffers {
		b.Release()
	}
	s := p.Stats()
	if s.Out != 0 || s.Held > budget || s.Held < budget*9/10 && !pool.DebugBuild {
		t.Errorf("%+v, want nothing out and the budget held", s)
	}
	if s.OverBudget == 0 || s.Refused == 0 {
		t.Errorf("%+v, want some made beyond the budget and refused", s)
	}
	if s.Gets != 3*2000 {
		t.Errorf("%d gets, want %d", s.Gets, 3*2000)
	}
}

// A budget spent on one class comes back, by the garbage collector, when the
// traffic is of another.
func TestBudgetFollowsTheTraffic(t *testing.T) {
	p := pool.Bytes{Budget: 1 << 20}
	var out [][]byte
	for range 1024 {
		out = append(out, p.Get(1024))
	}
	for _, b := range out {
		p.Put(b)
	}
	out = nil
	waitFor(t, func() bool {
		runtime.GC()
		before := p.Stats().OverBudget
		b := p.Get(512 << 10)
		p.Put(b)
		return p.Stats().OverBudget == before
	})
}

// So does one spent on Buffers, also on those that grew.
func TestBudgetFollowsTheBuffers(t *testing.T) {
	p := pool.Bytes{Budget: 1 << 20}
	var out []pool.Buffer
	for range 200 {
		b := p.Buffer(100)
		b.Grow(4000)
		out = append(out, b)
	}
	for _, b := range out {
		b.Release()
	}
	out = nil
	waitFor(t, func() bool {
		runtime.GC()
		before := p.Stats().OverBudget
		p.Buffer(1 << 20).Release() // all of it
		return p.Stats().OverBudget == before
	})
}

// After a burst the memory goes, while small traffic holds buffers.
func TestBurstIsForgotten(t *testing.T) {
	p := pool.Bytes{MaxSize: 8 << 20}
	burst := func() {
		var out [][]byte
		for range 8 {
			out = append(out, p.Get(8<<20))
		}
		for _, b := range out {
			p.Put(b)
		}
	}
	burst()
	steady := make([][]byte, 16)
	waitFor(t, func() bool {
		for i := range steady {
			p.Put(steady[i])
			steady[i] = p.Get(1024)
		}
		runtime.GC()
		s := p.Stats()
		return s.Held+s.Out <= 1<<20 // of 64
	})
	for _, c := range p.Classes() {
		if c.Size == 8<<20 && (c.Gets != 8 || c.Misses == 0 || c.Misses > 8 || c.Held != 0) {
			t.Errorf("%+v, want the burst counted and forgotten", c)
		}
	}
}

func TestPoolClasses(t *testing.T) {
	var p pool.Bytes
	a, b := p.Get(1000), p.Get(100)
	p.Put(a)
	c := p.Buffer(100)
	got := p.Classes()
	want := []pool.ClassStats{
		{Size: 112, Gets: 2, Misses: 2, Out: 224},
		{Size: 1024, Gets: 1, Misses: 1, Held: 1024},
	}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %+v, want %+v", got, want)
	}
	c.Release()
	p.Put(b)
	if s := p.Stats(); s.Held != 1024+224 || s.Out != 0 {
		t.Errorf("%+v, want all held", s)
	}
}

// What a Buffer outgrew counts as what it is.
func TestPoolClassesOfOutgrown(t *testing.T) {
	var p pool.Bytes
	b := p.Buffer(100)
	b.Grow(5000)
	if s := p.Stats(); s.Out != 5120 || s.Held != 112 && !pool.DebugBuild {
		t.Errorf("%+v, want 5120 bytes out and 112 held", s)
	}
	b.Release()
}

// What does not fit into the budget takes nothing from it: what comes
// afterwards and fits is kept.
func TestBudgetIsNotSpentOnWhatIsDropped(t *testing.T) {
	p := pool.Bytes{Budget: 1024}
	p.Put(p.Get(512))
	for range 10 {
		p.Get(1024)
		p.Buffer(1024).Release()
	}
	if s := p.Stats(); s.OverBudget != 20 {
		t.Errorf("%+v, want 20 beyond the budget", s)
	}
	b := p.Get(256)
	if s := p.Stats(); s.Out != 256 || s.OverBudget != 20 {
		t.Errorf("%+v, want 256 bytes out and no more beyond the budget", s)
	}
	p.Put(b)
}

func TestBytesGrow(t *testing.T) {
	var p pool.Bytes
	b := p.Append(nil, []byte("0123456789")...)
	for range 10 {
		b = p.Append(b, b...) // reads what it gives back
	}
	if len(b) != 10<<10 || string(b[len(b)-10:]) != "0123456789" || string(b[5000:5010]) != "0123456789" {
		t.Errorf("len %d, content %.20q…", len(b), b)
	}
	same := p.Grow(b, cap(b)-len(b))
	more := p.Grow(b, cap(b)-len(b)+1)
	if &same[0] != &b[0] || len(more) != len(b) || cap(more) < 2*cap(b) {
		t.Errorf("cap %d, then %d", cap(b), cap(more))
	}
	p.Put(more)
	if s := p.Stats(); s.Refused != 0 || s.Out != 0 {
		t.Errorf("%+v, want each array given back", s)
	}
	foreign := p.Grow(make([]byte, 3, 100), 98)
	if len(foreign) != 3 || p.Stats().Refused != 1 {
		t.Errorf("len %d, %+v", len(foreign), p.Stats())
	}
	mustPanic(t, "by -1", func() { p.Grow(nil, -1) })
	mustPanic(t, "larger than an int", func() { p.Grow([]byte{1}, int(^uint(0)>>1)) })
}

// The slice of a Buffer is not the pool's to take back.
func TestBytesRefusesBufferContent(t *testing.T) {
	var p pool.Bytes
	b := p.Buffer(1024)
	defer b.Release()
	_, _ = b.WriteString("mine")
	p.Put(b.Bytes())
	if got := p.Stats().Refused; got != 1 || b.String() != "mine" {
		t.Errorf("refused %d, content %q", got, b)
	}
}
