package wire

import (
	"unicode/utf8"
	"unsafe"
)

// The least lengths that copyVectors takes, and from which it takes whole runes too:
// a block of 32 bytes and the three before it.
const (
	blockMin = 16
	textMin  = 35
)

// copyPlain copies the bytes at the start of s that need no escape, and returns how
// many. What follows is such a byte, or a whole rune. From textMin on it may go on
// over valid UTF-8. All of out, which has room for s, may be written to.
func copyPlain(out []byte, s string, set *escapeSet) int {
	if len(s) < blockMin {
		return copyShort(out, s, set)
	}
	if !hasAVX2 {
		return copyWords(unsafe.SliceData(out), unsafe.StringData(s), len(s), set)
	}
	i := copyVectors(unsafe.SliceData(out), unsafe.StringData(s), len(s), set)
	if i > 0 && s[i-1] >= utf8.RuneSelf {
		return wholeRunes(s, i)
	}
	return i
}

// wholeRunes returns i, or where the rune begins that is unfinished there. What comes
// before is valid.
func wholeRunes(s string, i int) int {
	for back := 1; back <= min(i, 3); back++ {
		// A rune of two bytes and more is unfinished one byte after its first, and so on.
		if s[i-back] >= unfinished[back] {
			return i - back
		}
	}
	return i
}

var unfinished = [4]byte{1: 0xC0, 2: 0xE0, 3: 0xF0}

// copyShort is copyPlain for less than a block.
func copyShort(out []byte, s string, set *escapeSet) (i int) {
	if len(s) >= 8 {
		return copyWords(unsafe.SliceData(out), unsafe.StringData(s), len(s), set)
	}
	for ; i < len(s) && set.plain[s[i]]; i++ {
		out[i] = s[i]
	}
	return i
}
