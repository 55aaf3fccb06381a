package wire

import (
	"math/bits"
	"unicode/utf8"
	"unsafe"
)

// escapeSet says which bytes of a string cannot be copied as they are. It is
// read-only.
type escapeSet struct {
	plain [256]bool
	// Two pairs of ASCII bytes that differ in one bit cost one comparison each:
	// w|or == eq. Without HTML each pair is one byte.
	or1, eq1, or2, eq2 uint64
}

var (
	// escapeHTML is json.Marshal's set. " and & differ in 0x04, < and > in 0x02.
	escapeHTML = escapeSet{plain: plainBytes("\"\\<>&"), or1: ones * 0x04, eq1: ones * '&', or2: ones * 0x02, eq2: ones * '>'}
	// escapeJSON is the set of a json.Encoder after SetEscapeHTML(false).
	escapeJSON = escapeSet{plain: plainBytes("\"\\"), eq1: ones * '"', eq2: ones * '"'}
	// escapeV2 is that of encoding/json/v2, which leaves U+2028 and U+2029 as they are too.
	escapeV2 = escapeSet{plain: plainBytes("\"\\"), eq1: ones * '"', eq2: ones * '"'}
)

func plainBytes(except string) (t [256]bool) {
	for c := 0x20; c < utf8.RuneSelf; c++ {
		t[c] = true
	}
	for i := range len(except) {
		t[except[i]] = false
	}
	return t
}

// marks has the high bit set of the first byte of w that is not plain.
func (e *escapeSet) marks(w uint64) uint64 {
	return zeroByte((w|e.or1)^e.eq1) |
		zeroByte((w|e.or2)^e.eq2) |
		zeroByte(w^(ones*'\\')) |
		(w-ones*0x20)&^w&highs |
		w&highs
}

// prefix returns how many leading bytes of s are plain.
func (e *escapeSet) prefix(s string) int {
	// Rule: the view is only read, and does not outlive s.
	b := unsafe.Slice(unsafe.StringData(s), len(s))
	i := 0
	for ; i+8 <= len(b); i += 8 {
		if m := e.marks(load64(b, i)); m != 0 {
			return i + bits.TrailingZeros64(m)/8
		}
	}
	for i < len(b) && e.plain[b[i]] {
		i++
	}
	return i
}
