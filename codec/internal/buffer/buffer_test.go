package buffer

import "testing"

// What is larger than MaxKept is neither kept nor made room for.
func TestMaxKept(t *testing.T) {
	for range 100 {
		b := Get()
		b.Grown(make([]byte, MaxKept+1))
		if cap(b.Bytes) > MaxKept || len(b.Bytes) != 0 {
			t.Fatalf("a buffer with %d of %d bytes is kept", len(b.Bytes), cap(b.Bytes))
		}
		b.Grown(make([]byte, MaxKept))
		if cap(b.Bytes) != MaxKept {
			t.Fatalf("room for %d bytes after %d", cap(b.Bytes), MaxKept)
		}
		b.Bytes = make([]byte, 1, MaxKept+1)
		b.Release()
	}
}
