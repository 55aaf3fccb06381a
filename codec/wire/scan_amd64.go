//go:build !purego

// SSE2 belongs to every amd64, so that scanText needs no detection; copyVectors has
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

// copyVectors copies n bytes, blockMin at least, up to the first that is not plain,
// and returns how many: 16 bytes at a time, or from textMin on 32, that go on over
// whatever is valid UTF-8 and stop where it is not, and at U+2028 and U+2029.
//
//go:noescape
func copyVectors(dst, src *byte, n int, set *escapeSet) (i int)

// scanText returns the index of the first quote, backslash or control character,
// or where fewer than 16 of the n bytes are left, and whether a byte before it
// is not ASCII (high != 0).
//
//go:noescape
func scanText(b *byte, n int) (i int, high int)

func cpuid(leaf, sub uint32) (a, b, c, d uint32)

func xgetbv() (a uint32)
