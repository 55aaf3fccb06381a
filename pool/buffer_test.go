package pool_test

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"unsafe"

	"github.com/hotpath-go/hotpath/pool"
)

var (
	_ io.Writer       = pool.Buffer{}
	_ io.StringWriter = pool.Buffer{}
	_ io.ByteWriter   = pool.Buffer{}
	_ io.ReaderFrom   = pool.Buffer{}
	_ io.WriterTo     = pool.Buffer{}
)

// uses lists every method, for tests of what a dead handle does.
func uses(b pool.Buffer) map[string]func() {
	return map[string]func(){
		"Append":          func() { b.Append(func(p []byte) []byte { return append(p, 1) }) },
		"Available":       func() { b.Available() },
		"AvailableBuffer": func() { b.AvailableBuffer() },
		"Bytes":           func() { b.Bytes() },
		"Cap":             func() { b.Cap() },
		"Grow":            func() { b.Grow(1) },
		"Len":             func() { b.Len() },
		"ReadFrom":        func() { _, _ = b.ReadFrom(strings.NewReader("x")) },
		"Release":         b.Release,
		"Reset":           b.Reset,
		"String":          func() { _ = b.String() },
		"Truncate":        func() { b.Truncate(0) },
		"Write":           func() { _, _ = b.Write([]byte("x")) },
		"WriteByte":       func() { _ = b.WriteByte('x') },
		"WriteString":     func() { _, _ = b.WriteString("x") },
		"WriteTo":         func() { _, _ = b.WriteTo(io.Discard) },
	}
}

func TestBufferAfterRelease(t *testing.T) {
	var mem pool.Bytes
	b := mem.Buffer(10)
	b.Release()
	next := mem.Buffer(10) // most likely on the same state
	defer next.Release()
	_, _ = next.WriteString("mine")
	for name, use := range uses(b) {
		t.Run(name, func(t *testing.T) { mustPanic(t, "Buffer used", use) })
	}
	for name, use := range uses(pool.Buffer{}) {
		t.Run("zero/"+name, func(t *testing.T) { mustPanic(t, "Buffer used", use) })
	}
	if got := next.String(); got != "mine" {
		t.Errorf("the next owner has %q, want %q", got, "mine")
	}
}

// Every array goes back when the buffer outgrows it and when it is released:
// the pool takes each back once, and refuses none.
func TestBufferGivesBack(t *testing.T) {
	var mem pool.Bytes
	b := mem.Buffer(0)
	for range 10_000 {
		_, _ = b.WriteString("0123456789")
	}
	b.Release()
	if s := mem.Stats(); s.Refused != 0 || s.Gets < 10 || s.Gets > 20 {
		t.Errorf("%+v, want a dozen gets for doubling to 100 kB, none refused", s)
	}
	if got := mem.ArraysOut(); got != 0 {
		t.Errorf("%d arrays are still out", got)
	}
}

func TestBufferWriteOfItself(t *testing.T) {
	var mem pool.Bytes
	b := mem.Buffer(64)
	defer b.Release()
	_, _ = b.WriteString(strings.Repeat("ab", 32))
	_, _ = b.Write(b.Bytes()) // outgrows the array it reads
	if got, want := b.String(), strings.Repeat("ab", 64); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestBufferAppend(t *testing.T) {
	var mem pool.Bytes
	b := mem.Buffer(64)
	for n := range 100 {
		b.Append(func(p []byte) []byte { return strconv.AppendInt(p, int64(n), 10) })
		_, _ = b.Write(strconv.AppendInt(b.AvailableBuffer(), int64(n), 10))
	}
	var want bytes.Buffer
	for n := range 100 {
		want.WriteString(strconv.Itoa(n) + strconv.Itoa(n))
	}
	if b.String() != want.String() {
		t.Errorf("got %q, want %q", b, want.String())
	}
	b.Append(func(p []byte) []byte { return p[2:10] }) // a part of our array
	if got := b.String(); got != want.String()[2:10] {
		t.Errorf("got %q, want %q", got, want.String()[2:10])
	}
	b.Append(func(p []byte) []byte { return p[:3:3] }) // less of it
	if b.Len() != 3 || b.Cap() < 8 {
		t.Errorf("len %d cap %d, want 3 and the whole array", b.Len(), b.Cap())
	}
	b.Append(func([]byte) []byte { return nil })
	if b.Len() != 0 {
		t.Errorf("len %d, want 0", b.Len())
	}
	b.Release()
	if s := mem.Stats(); s.Refused != 0 || mem.ArraysOut() != 0 {
		t.Errorf("%+v and %d arrays out, want all back", s, mem.ArraysOut())
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// Code that is called with the buffer's memory must not change the buffer.
func TestBufferReentered(t *testing.T) {
	var mem pool.Bytes
	for name, change := range map[string]func(pool.Buffer){
		"changed": func(b pool.Buffer) { _, _ = b.WriteString("behind the back") },
		"used":    pool.Buffer.Release,
	} {
		calls := map[string]func(pool.Buffer){
			"Append": func(b pool.Buffer) { b.Append(func(p []byte) []byte { change(b); return p }) },
			"ReadFrom": func(b pool.Buffer) {
				_, _ = b.ReadFrom(readerFunc(func([]byte) (int, error) { change(b); return 1, io.EOF }))
			},
			"WriteTo": func(b pool.Buffer) {
				_, _ = b.WriteTo(writerFunc(func(p []byte) (int, error) { change(b); return len(p), nil }))
			},
		}
		for call, f := range calls {
			t.Run(call+"/"+name, func(t *testing.T) {
				b := mem.Buffer(10)
				_, _ = b.WriteString("content")
				mustPanic(t, name, func() { f(b) })
			})
		}
	}
}

func TestBufferReadFrom(t *testing.T) {
	var mem pool.Bytes
	text := strings.Repeat("0123456789", 2000)
	broken := errors.New("broken")
	for name, r := range map[string]io.Reader{
		"whole":  strings.NewReader(text),
		"bytes":  iotest.OneByteReader(strings.NewReader(text)),
		"eof":    iotest.DataErrReader(strings.NewReader(text)),
		"broken": io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)),
	} {
		t.Run(name, func(t *testing.T) {
			b := mem.Buffer(0)
			defer b.Release()
			n, err := b.ReadFrom(r)
			if n != int64(len(text)) || b.String() != text || (name == "broken") != errors.Is(err, broken) {
				t.Errorf("n %d, len %d, %v; want %d bytes", n, b.Len(), err, len(text))
			}
		})
	}
	b := mem.Buffer(0)
	defer b.Release()
	_, _ = b.WriteString("kept")
	idle := 0
	n, err := b.ReadFrom(readerFunc(func([]byte) (int, error) {
		if idle++; idle > 1000 {
			return 0, io.EOF // else this would never end
		}
		return 0, nil
	}))
	if n != 0 || err != io.ErrNoProgress || idle != 100 || b.String() != "kept" {
		t.Errorf("n %d, %v after %d empty reads, content %q", n, err, idle, b)
	}
	idle = 0
	n, err = b.ReadFrom(readerFunc(func(p []byte) (int, error) { // makes progress at each 100th
		if idle++; idle%100 != 0 {
			return 0, nil
		}
		if idle == 1000 {
			return 0, io.EOF
		}
		p[0] = '.'
		return 1, nil
	}))
	if n != 9 || err != nil || b.String() != "kept........." {
		t.Errorf("n %d, %v, content %q; want 9 bytes more", n, err, b)
	}
	for _, n := range []int{-1, 1 << 20} {
		lie := readerFunc(func([]byte) (int, error) { return n, nil })
		mustPanic(t, "ReadFrom", func() { _, _ = b.ReadFrom(lie) })
	}
}

func TestBufferWriteTo(t *testing.T) {
	var mem pool.Bytes
	broken := errors.New("broken")
	for _, c := range []struct {
		name string
		n    int
		err  error
		want error
	}{
		{"all", 7, nil, nil},
		{"short", 3, nil, io.ErrShortWrite},
		{"broken", 2, broken, broken},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := mem.Buffer(0)
			defer b.Release()
			_, _ = b.WriteString("content")
			n, err := b.WriteTo(writerFunc(func([]byte) (int, error) { return c.n, c.err }))
			if n != int64(c.n) || err != c.want || b.String() != "content"[c.n:] {
				t.Errorf("n %d, %v, rest %q; want %d, %v, %q", n, err, b, c.n, c.want, "content"[c.n:])
			}
		})
	}
	b := mem.Buffer(0)
	defer b.Release()
	_, _ = b.WriteString("content")
	for _, n := range []int{-1, 8} {
		lie := writerFunc(func([]byte) (int, error) { return n, nil })
		mustPanic(t, "WriteTo", func() { _, _ = b.WriteTo(lie) })
	}
}

func TestBufferMisuse(t *testing.T) {
	var mem pool.Bytes
	b := mem.Buffer(0)
	defer b.Release()
	mustPanic(t, "Truncate(1)", func() { b.Truncate(1) })
	mustPanic(t, "Grow(-1)", func() { b.Grow(-1) })
	mustPanic(t, "Append(nil)", func() { b.Append(nil) })
	mustPanic(t, "ReadFrom(nil)", func() { _, _ = b.ReadFrom(nil) })
	mustPanic(t, "WriteTo(nil)", func() { _, _ = b.WriteTo(nil) })
	_ = b.WriteByte(1)
	mustPanic(t, "larger than an int", func() { b.Grow(int(^uint(0) >> 1)) })
}

// A handle that somebody keeps does not keep what is too large for the pool.
func TestLateBufferHoldsNothingLarge(t *testing.T) {
	mem := pool.Bytes{MaxSize: 1024}
	b := mem.Buffer(5000)
	var freed atomic.Bool
	runtime.AddCleanup(&b.AvailableBuffer()[:1][0], func(int) { freed.Store(true) }, 0)
	b.Release()
	waitFor(t, func() bool { runtime.GC(); return freed.Load() || pool.PoisonBuild })
	runtime.KeepAlive(b)
}

// A content larger than MaxSize works, and its array is nobody's afterwards.
func TestBufferBeyondMaxSize(t *testing.T) {
	mem := pool.Bytes{MaxSize: 1024}
	b := mem.Buffer(0)
	for range 5000 {
		_ = b.WriteByte('x')
	}
	large := b.Bytes()
	b.Release()
	if got := mem.ArraysOut(); got != 0 {
		t.Errorf("%d arrays are still out", got)
	}
	for range 100 {
		if s := mem.Get(1024); unsafe.SliceData(s) == unsafe.SliceData(large) {
			t.Fatal("an array beyond MaxSize was kept")
		}
	}
}

// Growth by doubling does not step over the largest class while that holds the
// content: what is larger is made anew each time.
func TestGrowthStaysInTheClasses(t *testing.T) {
	mem := pool.Bytes{MaxSize: 1 << 16}
	buf, list := mem.Buffer(5000), mem.Get(5000)[:0]
	for range 1 << 16 / 32 {
		_, _ = buf.Write(make([]byte, 32))
		list = mem.Append(list, make([]byte, 32)...)
		if buf.Cap() > 1<<16 || cap(list) > 1<<16 {
			t.Fatalf("%d bytes in arrays of %d and %d, want at most 64 KiB", buf.Len(), buf.Cap(), cap(list))
		}
	}
	list = mem.Append(list, 1)
	_ = buf.WriteByte(1)
	if buf.Cap() < 1<<17 || cap(list) < 1<<17 {
		t.Errorf("arrays of %d and %d after that, want twice as much", buf.Cap(), cap(list))
	}
	buf.Release()
}

// What a Buffer leaves when it grows, and what it has then, lie in the classes
// of their sizes: whoever asks for n bytes gets room for n.
func TestBufferIsRefiled(t *testing.T) {
	var mem pool.Bytes
	for range 100 {
		b := mem.Buffer(100)
		b.Grow(5000)
		b.Append(func(p []byte) []byte { return append(p, make([]byte, 20_000)...) })
		b.Release()
		for _, n := range []int{100, 5000, 20_000} {
			c := mem.Buffer(n)
			if c.Cap() < n || c.Cap() > n+n/4 {
				t.Fatalf("Buffer(%d) has room for %d", n, c.Cap())
			}
			c.Release()
		}
	}
}
