package wire

import (
	"math/bits"
	"unsafe"
)

// copyWords is the twin of copyVectors, for eight bytes and more. It stops at every
// byte that is not ASCII.
func copyWords(dst, src *byte, n int, set *escapeSet) (i int) {
	// Rule: the caller vouches for n bytes at both places.
	out, b := unsafe.Slice(dst, n), unsafe.Slice(src, n)
	for {
		w := load64(b, i)
		store64(out, i, w)
		if m := set.marks(w); m != 0 {
			return i + bits.TrailingZeros64(m)/8
		}
		if i += 8; i > n-8 {
			if i == n {
				return n
			}
			i = n - 8 // the last word overlaps the one before
		}
	}
}

// scanTextSWAR is the twin of scanText.
func scanTextSWAR(b *byte, n int) (i int, high int) {
	// Rule: the caller vouches for n bytes.
	text := unsafe.Slice(b, n)
	var seen uint64
	for ; i+8 <= n; i += 8 {
		w := load64(text, i)
		if m := endsString(w); m != 0 {
			k := bits.TrailingZeros64(m) &^ 7
			seen |= w & (1<<k - 1)
			i += k / 8
			break
		}
		seen |= w
	}
	return i, int(b2u(seen&highs != 0))
}
