package bench

import (
	"sync"
	"testing"

	"github.com/hotpath-go/hotpath/pool"
)

// kilobyte stands for a request's state: big enough that allocating it hurts.
type kilobyte struct{ b [1024]byte }

type resettable struct{ b [1024]byte }

func (r *resettable) Reset() { r.b[0] = 0 }

// touch is a variable so that the compiler cannot see that the value it gets
// stays in the function, and has to take it from the heap.
var touch = func(k *kilobyte) { k.b[0]++ }

// takeLast is the least that a list of one owner does: Local's floor.
func takeLast(list *[]*kilobyte) *kilobyte {
	last := len(*list) - 1
	if last < 0 {
		return new(kilobyte)
	}
	v := (*list)[last]
	*list = (*list)[:last]
	return v
}

// values are loops of their own each: a call of a closure would be part of
// what is measured.
func values() []Case {
	const group = "value of 1 KiB"
	return []Case{
		{group, "sync.Pool", func(b *testing.B) {
			p := &sync.Pool{New: func() any { return new(kilobyte) }}
			b.ReportAllocs()
			for b.Loop() {
				v := p.Get().(*kilobyte)
				v.b[0]++
				p.Put(v)
			}
		}},
		{group, "Unchecked", func(b *testing.B) {
			p := new(pool.Unchecked[kilobyte])
			b.ReportAllocs()
			for b.Loop() {
				v := p.Get()
				v.b[0]++
				p.Put(v)
			}
		}},
		{group, "Pool", func(b *testing.B) {
			p := new(pool.Pool[kilobyte])
			b.ReportAllocs()
			for b.Loop() {
				i := p.Get()
				i.Value().b[0]++
				i.Put()
			}
		}},
		{group, "Pool, with a Reset method", func(b *testing.B) {
			p := new(pool.Pool[resettable])
			b.ReportAllocs()
			for b.Loop() {
				i := p.Get()
				i.Value().b[0]++
				i.Put()
			}
		}},
		{group, "Local", func(b *testing.B) {
			p := new(pool.Local[kilobyte])
			b.ReportAllocs()
			for b.Loop() {
				i := p.Get()
				i.Value().b[0]++
				i.Put()
			}
		}},
		{group, "slice as a list, no check", func(b *testing.B) {
			var list []*kilobyte
			b.ReportAllocs()
			for b.Loop() {
				v := takeLast(&list)
				v.b[0]++
				list = append(list, v)
			}
		}},
		{group, "new", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				touch(new(kilobyte))
			}
		}},
	}
}

// point is too small for a pool to pay.
type point struct{ x, y int64 }

// keep is where a value has to go that does not stay in its function.
var keep *point

//go:noinline
func length(p *point) int64 { return p.x*p.x + p.y*p.y }

// points show a case where pooling loses.
func points() []Case {
	const group = "value of 16 bytes"
	return []Case{
		{group, "variable on the stack", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p := point{3, 4}
				length(&p)
			}
		}},
		{group, "new, on the heap", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				keep = &point{3, 4}
				length(keep)
			}
		}},
		{group, "Pool", func(b *testing.B) {
			p := new(pool.Pool[point])
			b.ReportAllocs()
			for b.Loop() {
				i := p.Get()
				*i.Value() = point{3, 4}
				length(i.Value())
				i.Put()
			}
		}},
		{group, "Unchecked", func(b *testing.B) {
			p := new(pool.Unchecked[point])
			b.ReportAllocs()
			for b.Loop() {
				v := p.Get()
				*v = point{3, 4}
				length(v)
				p.Put(v)
			}
		}},
	}
}
