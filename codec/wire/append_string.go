package wire

import (
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

// appendString writes the short strings that are most of all: whole, by words that
// overlap. It calls nothing that comes back, so that it can stay in registers.
func appendString(dst []byte, s string, set *escapeSet) []byte {
	n, size := len(dst), len(s)
	if size >= blockMin || size+2 > cap(dst)-n {
		return appendLongString(dst, s, set)
	}
	// Rule: the view is only read, and does not outlive s.
	b := unsafe.Slice(unsafe.StringData(s), size)
	switch {
	case size >= 8:
		first, last := load64(b, 0), load64(b, size-8)
		if set.plainBits(first)&set.plainBits(last)&highs != highs {
			return appendLongString(dst, s, set)
		}
		store64(dst, n+1, first)
		store64(dst, n+1+size-8, last)
	case size >= 4:
		first, last := load32(b, 0), load32(b, size-4)
		if set.plainBits(uint64(first)|uint64(last)<<32)&highs != highs {
			return appendLongString(dst, s, set)
		}
		store32(dst, n+1, first)
		store32(dst, n+1+size-4, last)
	case size > 0:
		first, mid, last := b[0], b[size/2], b[size-1]
		if !set.plain[first] || !set.plain[mid] || !set.plain[last] {
			return appendLongString(dst, s, set)
		}
		out := dst[n+1 : n+1+size]
		out[0], out[size/2], out[size-1] = first, mid, last
	}
	dst = dst[:n+size+2]
	dst[n], dst[n+size+1] = '"', '"'
	return dst
}

// appendLongString copies what can be copied and leaves at the first byte that cannot.
// Room for all of s is made first, so that the common string needs one test for it.
func appendLongString(dst []byte, s string, set *escapeSet) []byte {
	n := len(dst)
	dst = slices.Grow(dst, len(s)+2)
	out := dst[n : n+len(s)+2]
	out[0] = '"'
	i := copyPlain(out[1:], s, set)
	if i < len(s) {
		return appendEscaped(dst[:n+1+i], s[i:], set)
	}
	out[i+1] = '"'
	return dst[:n+len(s)+2]
}

// appendEscaped appends s, whose first byte cannot be copied as it is or begins a
// rune, and the quote.
func appendEscaped(dst []byte, s string, set *escapeSet) []byte {
	for len(s) > 0 {
		if c := s[0]; c < utf8.RuneSelf {
			dst, s = appendEscape(dst, c), s[1:]
		} else {
			dst, s = appendRunes(dst, s, set)
		}
		n := len(dst)
		if len(s) >= cap(dst)-n {
			dst = slices.Grow(dst, len(s)+1)
		}
		i := copyPlain(dst[n:n+len(s)], s, set)
		dst, s = dst[:n+i], s[i:]
	}
	return append(dst, '"')
}

// appendRunes appends the runes at the start of s, and returns the rest of s.
func appendRunes(dst []byte, s string, set *escapeSet) ([]byte, string) {
	n := textPrefix(s)
	dst = append(dst, s[:n]...)
	if s = s[n:]; len(s) > 0 && s[0] >= utf8.RuneSelf {
		return appendBadRune(dst, s, set)
	}
	return dst, s
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
	if e := letters[c]; e != 0 {
		return append(dst, '\\', e)
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xF])
}

// letters are what follows the backslash in the escapes that have a letter.
var letters = [utf8.RuneSelf]byte{'\\': '\\', '"': '"', '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't'}

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
