//go:build !purego

// SSE2 belongs to every amd64, so that scanText needs no detection; copyText32 has
// AVX2. The twins in scan_swar.go are what all other machines, and -tags purego, run.

package wire

// hasAVX2 is what the processor and the operating system say (Intel SDM,
// volume 1, section 14.3).
var hasAVX2 = func() bool {
	if leaves, _, _, _ := cpuid(0, 0); leaves < 7 {
		return false
	}
	const osxsave, avx, ymmState, avx2 = 1 << 27, 1 << 28, 6, 1 << 5
	if _, _, c, _ := cpuid(1, 0); c&osxsave == 0 || c&avx == 0 || xgetbv()&ymmState != ymmState {
		return false
	}
	_, b, _, _ := cpuid(7, 0)
	return b&avx2 != 0
}()

func copyPlain(dst, src *byte, n int, set *escapeSet) int {
	if hasAVX2 {
		return copyText32(dst, src, n, set)
	}
	return copyPlainSWAR(dst, src, n, set)
}

// copyText32 is copyPlain, 32 bytes at a time, that goes on over whatever is valid
// UTF-8, and stops where it is not, and at U+2028 and U+2029. n is 35 at least:
// a block and the three bytes before it.
//
//go:noescape
func copyText32(dst, src *byte, n int, set *escapeSet) (i int)

// scanText returns the index of the first quote, backslash or control character,
// or where fewer than 16 of the n bytes are left, and whether a byte before it
// is not ASCII (high != 0).
//
//go:noescape
func scanText(b *byte, n int) (i int, high int)

func cpuid(leaf, sub uint32) (a, b, c, d uint32)

func xgetbv() (a uint32)
