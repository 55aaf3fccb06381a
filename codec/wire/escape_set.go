package wire

import "unicode/utf8"

// escapeSet says which bytes of a string cannot be copied as they are. It is
// read-only.
type escapeSet struct {
	plain [256]bool
	// Two pairs of ASCII bytes that differ in one bit cost one comparison each:
	// w|or == eq. Without HTML each pair is one byte.
	or1, eq1, or2, eq2 uint64
	// special has, for the vectors, the one byte besides the backslash that needs an
	// escape and ends in these four bits, or 0, which ends in others or is one itself.
	special [16]byte
}

var (
	// escapeHTML is json.Marshal's set. " and & differ in 0x04, < and > in 0x02.
	escapeHTML = escapeSet{
		plain: plainBytes("\"\\<>&"), or1: ones * 0x04, eq1: ones * '&', or2: ones * 0x02, eq2: ones * '>',
		special: [16]byte{0x2: '"', 0x6: '&', 0xC: '<', 0xE: '>'},
	}
	// escapeJSON is the set of a json.Encoder after SetEscapeHTML(false).
	escapeJSON = escapeSet{plain: plainBytes("\"\\"), eq1: ones * '"', eq2: ones * '"', special: [16]byte{0x2: '"'}}
	// escapeV2 is that of encoding/json/v2, which leaves U+2028 and U+2029 as they are too.
	escapeV2 = escapeJSON
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

// marks has the high bits set of the bytes of w that are not plain.
func (e *escapeSet) marks(w uint64) uint64 { return highs &^ e.plainBits(w) }

// plainBits has the high bits set of the bytes of w that are plain; the others mean
// nothing. What is not ASCII overflows, and loses its high bit, in all but one of the
// first three sums at least. Only that carries into the bytes behind, so that they are
// right up to the first that is not plain, and it.
func (e *escapeSet) plainBits(w uint64) uint64 {
	const low = ones * 0x7F // makes the high bit of all ASCII but 0
	return (((w | e.or1) ^ e.eq1) + low) & (((w | e.or2) ^ e.eq2) + low) & ((w ^ ones*'\\') + low) & (w + ones*0x60)
}
