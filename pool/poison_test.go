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

// The corpus: every late write is found, with the stacks of Get and Put.
func TestLateWritesAreFound(t *testing.T) {
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
	for name, write := range writes {
		t.Run("Pool/"+name, func(t *testing.T) {
			var p pool.Pool[victim]
			i := p.Get()
			v := i.Value()
			i.Put()
			mustBeFound(t, &p, func() { write(v) })
		})
		t.Run("Unchecked/"+name, func(t *testing.T) {
			var p pool.Unchecked[victim]
			v := p.Get()
			p.Put(v)
			mustBeFound(t, &p, func() { write(v) })
		})
	}
	slices := map[string]func([]byte){
		"first":       func(b []byte) { b[0] = 0 },
		"last":        func(b []byte) { b[len(b)-1] = 1 },
		"beyond len":  func(b []byte) { _ = append(b, 1) },
		"last of cap": func(b []byte) { b[:cap(b)][cap(b)-1] = 1 },
		"copy":        func(b []byte) { copy(b, "late") },
	}
	for name, write := range slices {
		t.Run("Bytes/"+name, func(t *testing.T) {
			var p pool.Bytes
			b := p.Get(1000)
			p.Put(b)
			mustBeFound(t, &p, func() { write(b) })
		})
		t.Run("Buffer/"+name, func(t *testing.T) {
			var p pool.Bytes
			b := p.Buffer(1000)
			_, _ = b.WriteString("content")
			late := b.Bytes()
			b.Release()
			mustBeFound(t, &p, func() { write(late) })
		})
		t.Run("Buffer outgrown/"+name, func(t *testing.T) {
			var p pool.Bytes
			b := p.Buffer(100)
			_, _ = b.WriteString("content")
			late := b.Bytes()
			b.Grow(200)
			if err := p.Check(); err != nil {
				t.Fatal(err)
			}
			write(late)
			if p.Check() == nil {
				t.Error("a write to storage that was outgrown was not found")
			}
			b.Release()
		})
	}
}

// What is read late is nobody's data, and looks like it.
func TestLateReadsSeePoison(t *testing.T) {
	var p pool.Pool[victim]
	i := p.Get()
	v := i.Value()
	*v = victim{name: "secret", count: 7, next: v, list: []int{1}, any: 1}
	v.bytes[17] = 7
	i.Put()
	if v.name != "pool: used after Put" || v.count == 7 || v.bytes[17] != 0xdb || v.next != nil || v.list != nil || v.any != nil {
		t.Errorf("read %+v", *v)
	}
	mem := new(pool.Bytes)
	b := mem.Get(5000)
	copy(b, "secret")
	mem.Put(b)
	for i := range b {
		if b[i] != 0xdb {
			t.Fatalf("byte %d is %q", i, b[i])
		}
	}
}

// A double put is caught also where other builds cannot know.
func TestPoisonDoublePut(t *testing.T) {
	var p pool.Bytes
	b := p.Get(100)
	p.Put(b)
	other := p.Get(100)
	mustPanic(t, "Bytes.Put", func() { p.Put(b) })
	p.Put(b[1:]) // a part is refused, as ever
	p.Put(other)
	var u pool.Unchecked[victim]
	v := u.Get()
	u.Put(v)
	mustPanic(t, "Unchecked.Put", func() { u.Put(v) })
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
