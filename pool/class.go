package pool

import "math/bits"

const (
	minClassSize = 64      // below this the bookkeeping costs more than the bytes
	maxClassSize = 1 << 30 // fits an int on 32-bit systems
	defaultMax   = 1 << 20
	numClasses   = 24*4 + 1 // four per octave, 64 B … 1 GiB, both ends included
)

// classOf returns the smallest class that holds n bytes, and its size, for
// minClassSize <= n <= maxClassSize. Sizes run 5,6,7,8 × 2^k, so the top three
// bits of n-1 are the class within the octave and no table is needed.
func classOf(n int) (class, size int) {
	x := uint(n - 1)
	e := uint(bits.Len(x))
	shift := (e - 3) % bits.UintSize // it is less anyway, but the compiler would check
	top := x >> shift                // 4…7
	// 31 makes class 0 the one of 64 bytes: e = 6, top = 7.
	return int(4*e+top) - 31, int((top + 1) << shift)
}

// sizeOf is classOf's inverse.
func sizeOf(class int) int {
	c := uint(class + 3) // 80 bytes, class 1, open the first whole octave
	return int((c%4 + 5) << (c/4 + 3))
}
