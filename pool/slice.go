package pool

import "unsafe"

// sliceOf is unsafe.Slice(array, size)[:n] without its checks, which cost more
// than all else that UncheckedBytes adds to a sync.Pool. The rule is the same:
// 0 <= n <= size, and size bytes of one allocation begin at array.
func sliceOf(array *byte, n, size int) (b []byte) {
	*(*header)(unsafe.Pointer(&b)) = header{array, n, size}
	return b
}

// header is how gc and gccgo lay out a []byte.
type header struct {
	array    *byte
	len, cap int
}
