//go:build !amd64 || purego

package wire

const hasAVX2 = false

func copyVectors(dst, src *byte, n int, set *escapeSet) int { return copyWords(dst, src, n, set) }

func scanText(b *byte, n int) (i int, high int) { return scanTextSWAR(b, n) }
