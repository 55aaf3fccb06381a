// Package quote writes JSON strings.
package quote

import (
	"slices"
	"unicode/utf8"
)

const hex = "0123456789abcdef"

// Append appends s as a JSON string. Like encoding/json it puts U+FFFD for each byte that is not UTF-8; unlike it, it leaves <, >,
// & and U+2028 alone, which only matter inside HTML.
func Append(dst []byte, s string) []byte {
	if !allClean(s) {
		return appendEscaped(dst, s)
	}
	n := len(dst)
	dst = slices.Grow(dst, len(s)+2)[:n+len(s)+2]
	dst[n] = '"'
	copy(dst[n+1:], s)
	dst[n+1+len(s)] = '"'
	return dst
}

// allClean reports whether no byte of s needs an escape, as nearly always: it looks at all of s in any case, sixteen bytes a step and the last
// ones over some that were seen already.
func allClean(s string) bool {
	if len(s) < 8 {
		return clean(s, 0) == len(s)
	}
	var bad uint64
	for i := 0; i < len(s)-15; i += 16 {
		bad |= suspects(word(s, i)) | suspects(word(s, i+8))
	}
	if len(s)&8 != 0 {
		bad |= suspects(word(s, len(s)&^15))
	}
	return (bad|suspects(word(s, len(s)-8)))&highs == 0
}

func appendEscaped(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := clean(s, 0); i < len(s); i = clean(s, i) {
		if s[i] >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
		}
		dst = append(dst, s[start:i]...)
		dst = escape(dst, s[i])
		i++
		start = i
	}
	return append(append(dst, s[start:]...), '"')
}

// clean returns the index of the first byte at or after i that may need an escape, len(s) if none.
func clean(s string, i int) int {
	for i+8 <= len(s) && suspects(word(s, i))&highs == 0 {
		i += 8
	}
	for i < len(s) && plain[s[i]] {
		i++
	}
	return i
}

// word returns the eight bytes from i on: the compiler makes one load of the shifts.
func word(s string, i int) uint64 {
	b := s[i : i+8]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

const ones, highs = 0x0101010101010101, 0x8080808080808080

// suspects sets the high bits of bytes that may need an escape: "haszero" and "hasless" of Bit Twiddling Hacks, exact when no byte
// has its high bit set, and such a byte keeps it in one of the two. Controls and the quote are those that are less than 0x21 once 2 is
// flipped in each.
func suspects(x uint64) uint64 {
	return ((x ^ ones*2) - ones*0x21) | ((x ^ ones*'\\') - ones)
}

var plain = func() (t [256]bool) {
	for c := byte(0x20); c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

func escape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	}
	if c >= utf8.RuneSelf {
		return append(dst, `\ufffd`...)
	}
	return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}

// AppendWord appends s as a logfmt value: as it is if that is one word, else as a JSON string.
func AppendWord(dst []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '=' {
			return Append(dst, s)
		}
	}
	if s == "" {
		return append(dst, `""`...)
	}
	return append(dst, s...)
}
