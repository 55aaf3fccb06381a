package wire

import (
	"math/bits"
	"slices"
	"unicode/utf8"
	"unsafe"

	"github.com/hotpath-go/hotpath/codec/internal/buffer"
)

const hexDigits = "0123456789abcdef"

// AppendString appends s as a JSON string exactly as encoding/json writes it:
// & < > and U+2028, U+2029 escaped, invalid UTF-8 replaced by \ufffd.
func AppendString(dst []byte, s string) []byte { return appendString(dst, s, &escapeHTML) }

// AppendStringNoHTML is AppendString that leaves & < > as they are.
func AppendStringNoHTML(dst []byte, s string) []byte { return appendString(dst, s, &escapeJSON) }

// copyMin is the least length that copyPlain takes: a call that does not pay for
// less.
const copyMin = 35

// appendString copies and checks 32 or 8 bytes at a time, and leaves at the first
// byte that cannot be copied. Room for all of s is made first, so that the
// common string needs one test for it.
func appendString(dst []byte, s string, set *escapeSet) []byte {
	n := len(dst)
	dst = slices.Grow(dst, len(s)+2)
	dst = append(dst, '"')
	if len(s) >= copyMin {
		dst, s = copyText(dst, s, set)
		return appendEscaped(dst, s, set)
	}
	out := dst[n+1 : n+len(s)+2]
	// Rule: the view is only read, and does not outlive s.
	b := unsafe.Slice(unsafe.StringData(s), len(s))
	i := 0
	for ; i+8 <= len(b); i += 8 {
		w := load64(b, i)
		store64(out, i, w)
		if m := set.marks(w); m != 0 {
			i += bits.TrailingZeros64(m) / 8
			return appendEscaped(dst[:n+1+i], s[i:], set)
		}
	}
	if i > 0 && i < len(b) {
		// One word that overlaps the last in place of up to seven bytes.
		k := len(b) - 8
		w := load64(b, k)
		store64(out, k, w)
		if m := set.marks(w); m != 0 {
			k += bits.TrailingZeros64(m) / 8
			return appendEscaped(dst[:n+1+k], s[k:], set)
		}
		i = len(b)
	}
	for ; i < len(b); i++ {
		if c := b[i]; set.plain[c] {
			out[i] = c
			continue
		}
		return appendEscaped(dst[:n+1+i], s[i:], set)
	}
	out[i] = '"'
	return dst[:n+len(s)+2]
}

// copyText appends the part of s that can be copied, and returns the rest, which
// begins with a whole rune.
func copyText(dst []byte, s string, set *escapeSet) ([]byte, string) {
	n := len(dst)
	dst = slices.Grow(dst, len(s))
	i := copyPlain(&dst[:n+1][n], unsafe.StringData(s), len(s), set)
	for back := 1; back <= min(i, 3); back++ {
		// A rune of two bytes and more is unfinished one byte after its first, and so on.
		if s[i-back] >= unfinished[back] {
			i -= back
			break
		}
	}
	return dst[:n+i], s[i:]
}

var unfinished = [4]byte{1: 0xC0, 2: 0xE0, 3: 0xF0}

// appendEscaped appends s, whose first byte probably needs attention, and the quote.
func appendEscaped(dst []byte, s string, set *escapeSet) []byte {
	for len(s) > 0 {
		c := s[0]
		switch {
		case set.plain[c]:
			n := set.prefix(s)
			dst = append(dst, s[:n]...)
			s = s[n:]
			continue
		case c < utf8.RuneSelf:
			dst = appendEscape(dst, c)
			s = s[1:]
		default:
			n := textPrefix(s)
			dst = append(dst, s[:n]...)
			if s = s[n:]; len(s) > 0 && s[0] >= utf8.RuneSelf {
				dst, s = appendBadRune(dst, s, set)
			}
		}
		if len(s) >= copyMin {
			dst, s = copyText(dst, s, set)
		}
	}
	return append(dst, '"')
}

// textPrefix returns the length of the leading run of valid non-ASCII runes
// that may be copied.
func textPrefix(s string) int {
	i := 0
	for i < len(s) && s[i] >= utf8.RuneSelf {
		// Three bytes are most of what is not ASCII. E0 and ED have second bytes
		// of their own, E2 leads to U+2028: those go the long way.
		if i+3 <= len(s) && threeBytes[s[i]] && s[i+1]&0xC0 == 0x80 && s[i+2]&0xC0 == 0x80 {
			i += 3
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 || r == '\u2028' || r == '\u2029' {
			break
		}
		i += n
	}
	return i
}

// threeBytes marks the first bytes of three-byte runes whose other two may be
// any continuation bytes, U+2028's excepted.
var threeBytes = func() (t [256]bool) {
	for c := 0xE1; c <= 0xEF; c++ {
		t[c] = c != 0xE2 && c != 0xED
	}
	return t
}()

// appendBadRune handles the rune textPrefix stopped at.
func appendBadRune(dst []byte, s string, set *escapeSet) ([]byte, string) {
	r, n := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError {
		return append(dst, `\ufffd`...), s[n:]
	}
	if set == &escapeV2 {
		return append(dst, s[:n]...), s[n:]
	}
	return append(dst, '\\', 'u', '2', '0', '2', hexDigits[r&0xF]), s[n:]
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '\\', '"':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xF])
}

// AppendQuotedString appends s as the ",string" option wants it: a JSON string
// that holds a JSON string. HTML is escaped once, inside.
func AppendQuotedString(dst []byte, s string) []byte { return appendQuoted(dst, s, &escapeHTML) }

// AppendQuotedStringNoHTML is AppendQuotedString that leaves & < > as they are.
func AppendQuotedStringNoHTML(dst []byte, s string) []byte { return appendQuoted(dst, s, &escapeJSON) }

func appendQuoted(dst []byte, s string, set *escapeSet) []byte {
	b := buffer.Get()
	defer b.Release()
	b.Bytes = appendString(b.Bytes, s, set)
	dst = append(dst, '"')
	for _, c := range b.Bytes {
		// The inner text holds no control character: only these two need a backslash.
		if c == '"' || c == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}
