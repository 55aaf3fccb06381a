//go:build pooldebug

package pool_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/pool"
)

type victim struct {
	name   string
	count  int
	bytes  [300]byte
	next   *victim
	list   []int
	table  map[string]int
	any    any
	nested struct{ price float64 }
}

// corpus runs ways to use what was put, and counts those that are caught.
type corpus struct {
	t           *testing.T
	all, caught int
}

func (c *corpus) run(name string, f func(*testing.T)) {
	c.all++
	if c.t.Run(name, f) {
		c.caught++
	}
}

// TestUseAfterPutCorpus says how many it caught: bench/measure reads the line.
func TestUseAfterPutCorpus(t *testing.T) {
	c := &corpus{t: t}
	c.values()
	c.slices()
	c.handles()
	t.Logf("%d of %d misuses caught", c.caught, c.all)
}

// checked is what every pool can say about late writes.
type checked interface{ Check() error }

func mustBeFound(t *testing.T, p checked, wrong func()) {
	t.Helper()
	if err := p.Check(); err != nil {
		t.Fatalf("before the misuse: %v", err)
	}
	wrong()
	err := p.Check()
	if err == nil {
		t.Fatal("a write after Put was not found")
	}
	for _, want := range []string{"pool: memory written to after it was put", "; ", "put by\n", "poison_test.go"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not mention %q", err, want)
		}
	}
}

// values is late writes and reads through a pointer. What is read is nobody's
// data, and looks like it.
func (c *corpus) values() {
	writes := map[string]func(*victim){
		"string":     func(v *victim) { v.name = "late" },
		"int":        func(v *victim) { v.count++ },
		"int to 0":   func(v *victim) { v.count = 0 },
		"first byte": func(v *victim) { v.bytes[0] = 1 },
		"last byte":  func(v *victim) { v.bytes[299]++ },
		"pointer":    func(v *victim) { v.next = v },
		"append":     func(v *victim) { v.list = append(v.list, 1) },
		"map":        func(v *victim) { v.table = map[string]int{} },
		"interface":  func(v *victim) { v.any = 1 },
		"nested":     func(v *victim) { v.nested.price = 0 },
		"whole":      func(v *victim) { *v = victim{} },
		"goroutine": func(v *victim) {
			done := make(chan int)
			go func() { v.count = 7; close(done) }()
			<-done
		},
	}
	reads := map[string]func(*victim) bool{
		"string":    func(v *victim) bool { return v.name == "pool: used after Put" },
		"int":       func(v *victim) bool { return v.count != 7 },
		"bytes":     func(v *victim) bool { return v.bytes[17] == 0xdb },
		"pointer":   func(v *victim) bool { return v.next == nil },
		"slice":     func(v *victim) bool { return v.list == nil },
		"interface": func(v *victim) bool { return v.any == nil },
		"nested":    func(v *victim) bool { return v.nested.price != 1.5 },
	}
	pools := map[string]func(use func(*victim)) (checked, *victim){
		"Pool": func(use func(*victim)) (checked, *victim) {
			var p pool.Pool[victim]
			i := p.Get()
			v := i.Value()
			use(v)
			i.Put()
			return &p, v
		},
		"Local": func(use func(*victim)) (checked, *victim) {
			var p pool.Local[victim]
			i := p.Get()
			v := i.Value()
			use(v)
			i.Put()
			return &p, v
		},
		"Unchecked": func(use func(*victim)) (checked, *victim) {
			var p pool.Unchecked[victim]
			v := p.Get()
			use(v)
			p.Put(v)
			return &p, v
		},
	}
	for kind, put := range pools {
		for name, write := range writes {
			c.run(kind+"/write/"+name, func(t *testing.T) {
				p, v := put(func(*victim) {})
				mustBeFound(t, p, func() { write(v) })
			})
		}
		for name, poisoned := range reads {
			c.run(kind+"/read/"+name, func(t *testing.T) {
				_, v := put(func(v *victim) {
					*v = victim{name: "secret", count: 7, next: v, list: []int{1}, any: 1}
					v.bytes[17], v.nested.price = 7, 1.5
				})
				if !poisoned(v) {
					t.Errorf("read %+v", *v)
				}
			})
		}
	}
}

// slices is the same through a slice.
func (c *corpus) slices() {
	writes := map[string]func([]byte){
		"first":       func(b []byte) { b[0] = 0 },
		"last":        func(b []byte) { b[len(b)-1] = 1 },
		"beyond len":  func(b []byte) { _ = append(b, 1) },
		"last of cap": func(b []byte) { b[:cap(b)][cap(b)-1] = 1 },
		"copy":        func(b []byte) { copy(b, "late") },
	}
	pools := map[string]func() (checked, []byte){
		"Bytes": func() (checked, []byte) {
			var p pool.Bytes
			b := p.Get(1000)
			copy(b, "content")
			p.Put(b)
			return &p, b
		},
		"UncheckedBytes": func() (checked, []byte) {
			var p pool.UncheckedBytes
			b := p.Get(1000)
			copy(b, "content")
			p.Put(b)
			return &p, b
		},
		"Buffer": func() (checked, []byte) {
			var p pool.Bytes
			b := p.Buffer(1000)
			_, _ = b.WriteString("content")
			late := b.Bytes()
			b.Release()
			return &p, late
		},
		"Buffer outgrown": func() (checked, []byte) {
			var p pool.Bytes
			b := p.Buffer(100)
			_, _ = b.WriteString("content")
			late := b.Bytes()
			b.Grow(200)
			return &p, late
		},
	}
	for kind, put := range pools {
		for name, write := range writes {
			c.run(kind+"/write/"+name, func(t *testing.T) {
				p, b := put()
				if kind == "Buffer outgrown" { // its Buffer is still out: the stack is its Get's
					write(b)
					if p.Check() == nil {
						t.Error("a write to storage that was outgrown was not found")
					}
					return
				}
				mustBeFound(t, p, func() { write(b) })
			})
		}
		c.run(kind+"/read", func(t *testing.T) {
			_, b := put()
			for i := range b {
				if b[i] != 0xdb {
					t.Fatalf("byte %d is %q", i, b[i])
				}
			}
		})
	}
}

// handles is late calls, and puts of a pointer or a slice that was put.
func (c *corpus) handles() {
	dies := func(name, want string, late func()) {
		c.run(name, func(t *testing.T) { mustPanic(t, want, late) })
	}
	var values pool.Pool[victim]
	i := values.Get()
	r := i.Ref()
	i.Put()
	dies("Item.Put", "Item.Put", i.Put)
	dies("Item.Value", "Item.Value", func() { i.Value() })
	dies("Item.Ref", "Item.Value", func() { i.Ref() })
	dies("Ref.With", "Ref.With", func() { r.With(func(*victim) {}) })
	var local pool.Local[victim]
	l := local.Get()
	l.Put()
	dies("LocalItem.Put", "LocalItem", l.Put)
	dies("LocalItem.Value", "LocalItem", func() { l.Value() })
	var unchecked pool.Unchecked[victim]
	v := unchecked.Get()
	unchecked.Put(v)
	dies("Unchecked.Put", "Unchecked.Put", func() { unchecked.Put(v) })
	var mem pool.Bytes
	b := mem.Get(100)
	mem.Put(b)
	dies("Bytes.Put", "Bytes.Put", func() { mem.Put(b) })
	_ = mem.Get(100)
	dies("Bytes.Put after the next Get", "Bytes.Put", func() { mem.Put(b[:10]) })
	var fast pool.UncheckedBytes
	b = fast.Get(100)
	fast.Put(b)
	dies("UncheckedBytes.Put", "UncheckedBytes.Put", func() { fast.Put(b) })
	buf := mem.Buffer(100)
	buf.Release()
	for name, use := range uses(buf) {
		dies("Buffer."+name, "Buffer used", use)
	}
}

// A part of what was put is refused, as in other builds.
func TestPoisonPutOfPart(t *testing.T) {
	var p pool.Bytes
	b := p.Get(100)
	p.Put(b)
	p.Put(b[1:])
	if got := p.Stats().Refused; got != 1 {
		t.Errorf("refused %d, want 1", got)
	}
}

// A late write is found without Check, too, when its memory is dropped.
func TestLateWriteIsFoundOnTheWay(t *testing.T) {
	var p pool.Bytes
	b := p.Get(100)
	p.Put(b)
	b[3] = 1
	mustPanic(t, "written to after", func() {
		for range 1000 {
			p.Put(p.Get(100))
		}
	})
}

// Memory set aside is bounded.
func TestGraveIsBounded(t *testing.T) {
	var p pool.Bytes
	for range 5000 {
		p.Put(p.Get(4096))
	}
	waitFor(t, func() bool { runtime.GC(); return p.Tickets() <= 256 })
}

func TestLeaksAreListed(t *testing.T) {
	var p pool.Pool[victim]
	p.Get()
	p.Get().Put()
	if l := p.Leaks(); len(l) != 1 || !strings.Contains(l[0].String(), "TestLeaksAreListed") {
		t.Errorf("got %v, want the first Get", l)
	}
}

// keeper's Reset follows a pointer that Put poisons.
type keeper struct{ count *int }

func (k *keeper) Reset() { *k.count = 0 }

// A second Put is named before the value's Reset runs over the poison.
func TestUncheckedPutTwiceOfKeeper(t *testing.T) {
	p := pool.NewUnchecked(func() *keeper { return &keeper{new(int)} }, nil)
	k := p.Get()
	p.Put(k)
	mustPanic(t, "Unchecked.Put", func() { p.Put(k) })
	if err := p.Check(); err != nil {
		t.Errorf("%v, want none: nobody wrote", err)
	}
}

// Two values without size are no second Put: they share one address.
func TestPoisonOfNothing(t *testing.T) {
	var p pool.Unchecked[struct{}]
	p.Put(p.Get())
	p.Put(p.Get())
}
