package pool_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/hotpath-go/hotpath/pool"
)

// twins runs each step on a pool.Buffer and on a bytes.Buffer, its oracle.
type twins struct {
	mem  *pool.Bytes
	b    pool.Buffer
	want bytes.Buffer
}

// step takes its argument n from the input, and makes up to 16 n bytes.
func (w *twins) step(t *testing.T, op, n byte) {
	data := bytes.Repeat([]byte{op, n, '-'}, int(n)*16/3)
	switch op % 12 {
	case 0:
		w.same(t)(w.b.Write(data))(w.want.Write(data))
	case 1:
		w.same(t)(w.b.WriteString(string(data)))(w.want.WriteString(string(data)))
	case 2:
		_ = w.b.WriteByte(n)
		w.want.WriteByte(n)
	case 3:
		n1, err1 := w.b.ReadFrom(bytes.NewReader(data))
		n2, err2 := w.want.ReadFrom(bytes.NewReader(data))
		w.same(t)(int(n1), err1)(int(n2), err2)
	case 4, 5:
		w.writeTo(t, int(n)*8*int(op%2))
	case 6:
		w.b.Reset()
		w.want.Reset()
	case 7:
		keep := w.b.Len() * int(n) / 256
		w.b.Truncate(keep)
		w.want.Truncate(keep)
	case 8:
		w.b.Grow(int(n) * 16)
		w.want.Grow(int(n) * 16)
	case 9:
		w.same(t)(w.b.Write(append(w.b.AvailableBuffer(), data...)))(w.want.Write(append(w.want.AvailableBuffer(), data...)))
	case 10:
		w.b.Append(func(p []byte) []byte { return append(p, data...) })
		w.want.Write(data)
	case 11:
		w.renew()
	}
}

// same compares the results of one call on either twin.
func (w *twins) same(t *testing.T) func(int, error) func(int, error) {
	return func(n1 int, err1 error) func(int, error) {
		return func(n2 int, err2 error) {
			t.Helper()
			if n1 != n2 || err1 != err2 {
				t.Fatalf("got %d, %v; want %d, %v", n1, err1, n2, err2)
			}
		}
	}
}

// limited is a writer that takes at most so many bytes and says so.
type limited int

func (l limited) Write(p []byte) (int, error) {
	if len(p) > int(l) {
		return int(l), io.ErrClosedPipe
	}
	return len(p), nil
}

func (w *twins) writeTo(t *testing.T, limit int) {
	n1, err1 := w.b.WriteTo(limited(limit))
	n2, err2 := w.want.WriteTo(limited(limit))
	w.same(t)(int(n1), err1)(int(n2), err2)
}

// renew lets another owner scribble over what the buffer gave back.
func (w *twins) renew() {
	w.b.Release()
	w.want.Reset()
	for _, size := range []int{64, 128, 512, 1024} {
		s := w.mem.Get(size)
		for i := range s {
			s[i] = '#'
		}
		w.mem.Put(s)
	}
	w.b = w.mem.Buffer(0)
}

func FuzzBuffer(f *testing.F) {
	f.Add([]byte{0, 10, 1, 200, 9, 30, 10, 31, 4, 0, 5, 99, 3, 255})
	f.Add([]byte{8, 4, 10, 5, 7, 128, 11, 0, 2, 65, 0, 1, 5, 0, 9, 255})
	f.Add([]byte{0, 255, 0, 255, 0, 255, 5, 1, 6, 0, 10, 255})
	f.Fuzz(func(t *testing.T, script []byte) {
		mem := &pool.Bytes{MaxSize: 4096}
		w := twins{mem: mem, b: mem.Buffer(0)}
		for len(script) >= 2 && len(script) < 200 {
			w.step(t, script[0], script[1])
			script = script[2:]
			if !bytes.Equal(w.b.Bytes(), w.want.Bytes()) || w.b.Len() != w.want.Len() {
				t.Fatalf("got %d bytes %.40q…, want %d bytes %.40q…", w.b.Len(), w.b.Bytes(), w.want.Len(), w.want.Bytes())
			}
		}
		w.b.Release()
		if n := mem.ArraysOut(); n != 0 {
			t.Fatalf("%d arrays did not come back", n)
		}
	})
}
