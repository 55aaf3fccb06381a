package pool_test

import (
	"testing"
	"unsafe"

	"github.com/hotpath-go/hotpath/pool"
)

func TestUncheckedBytesSizes(t *testing.T) {
	var p pool.UncheckedBytes
	for n := range 20_000 {
		b := p.Get(n)
		if len(b) != n || cap(b) < 64 || n > 64 && cap(b) > n+n/4 {
			t.Fatalf("Get(%d): len %d cap %d", n, len(b), cap(b))
		}
		p.Put(b)
	}
	large := pool.UncheckedBytes{MaxSize: 100}
	if b := large.Get(113); cap(b) != 113 {
		t.Errorf("cap %d of what is larger than MaxSize rounded up, want 113", cap(b))
	}
	mustPanic(t, "Get(-1)", func() { p.Get(-1) })
}

// It must hand out again what it was given, with the whole capacity, and drop
// what has no class's size or is too large.
func TestUncheckedBytesReuses(t *testing.T) {
	if pool.PoisonBuild { // reuses nothing
		return
	}
	p := pool.UncheckedBytes{MaxSize: 4096}
	reused := 0
	for range 1000 {
		b := p.Get(1000)
		p.Put(b[:0])
		again := p.Get(900)
		if len(again) != 900 || cap(again) != 1024 {
			t.Fatalf("len %d cap %d", len(again), cap(again))
		}
		if unsafe.SliceData(again) == unsafe.SliceData(b) {
			reused++
		}
		foreign := make([]byte, 0, 1000)
		p.Put(foreign)
		p.Put(make([]byte, 5120))
		p.Put(nil)
		if b := p.Get(5120); cap(b) != 5120 {
			t.Fatalf("cap %d", cap(b))
		}
		if b := p.Get(1000); unsafe.SliceData(b) == unsafe.SliceData(foreign) {
			t.Fatal("1000 bytes were handed out as 1024")
		}
	}
	if reused == 0 {
		t.Error("no slice was reused in 1000 rounds")
	}
	var unused pool.UncheckedBytes
	unused.Put(make([]byte, 64)) // before it knows its MaxSize
	if b := unused.Get(64); cap(b) != 64 {
		t.Errorf("cap %d", cap(b))
	}
}
