//go:build !purego

// SSE2 belongs to every amd64, so that nothing has to be detected. The twin in
// scan_portable.go is what all other machines, and -tags purego, run.

package codec

// copyPlain copies from src to dst, 16 bytes at a time, up to the first byte that
// is not plain, and returns its index, or how much it has copied when fewer than
// 16 of the n bytes are left. dst must have room for n.
//
//go:noescape
func copyPlain(dst, src *byte, n int, set *escapeSet) (i int)

// scanText returns the index of the first quote, backslash or control character,
// or where fewer than 16 of the n bytes are left, and whether a byte before it
// is not ASCII (high != 0).
//
//go:noescape
func scanText(b *byte, n int) (i int, high int)
