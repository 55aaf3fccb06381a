//go:build !amd64 || purego

package wire

func copyPlain(dst, src *byte, n int, set *escapeSet) int { return copyPlainSWAR(dst, src, n, set) }

func scanText(b *byte, n int) (i int, high int) { return scanTextSWAR(b, n) }
