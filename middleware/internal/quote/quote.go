// Package quote writes strings that a client chose as JSON or logfmt values.
package quote

import (
	"encoding/binary"
	"slices"
	"unicode/utf8"
)

const hex = "0123456789abcdef"

// Append appends s as a JSON string, and leaves room for spare bytes behind it. Like encoding/json it puts U+FFFD for each byte that
// is not UTF-8; unlike it, it leaves <, >, & and U+2028 alone, which only matter inside HTML.
//
// Nearly always no byte needs an escape. So it copies all of s in any case, eight bytes a step and the last ones over some that were
// there already, and starts again where one did.
func Append(dst []byte, s string, spare int) []byte {
	n := len(dst)
	if cap(dst)-n < len(s)+2+spare {
		dst = slices.Grow(dst, len(s)+2+spare)
	}
	dst = dst[:n+len(s)+2]
	dst[n], dst[len(dst)-1] = '"', '"'
	to := dst[n+1:][:len(s)]
	if len(s) < 8 {
		if !copyShort(to, s) {
			return appendEscaped(dst[:n], s, spare)
		}
		return dst
	}
	last := len(s) - 8
	w := word(s, last)
	bad := suspects(w)
	binary.LittleEndian.PutUint64(to[last:last+8], w)
	for i := 0; i < last; i += 8 {
		w := word(s, i)
		bad |= suspects(w)
		binary.LittleEndian.PutUint64(to[i:i+8], w)
	}
	if bad&highs != 0 {
		return appendEscaped(dst[:n], s, spare)
	}
	return dst
}

// copyShort copies less than eight bytes, as two halves that overlap or three bytes that may be the same, and reports whether none
// of them needs an escape.
func copyShort(dst []byte, s string) bool {
	switch n := len(s); {
	case n >= 4:
		a, b := half(s, 0), half(s, n-4)
		binary.LittleEndian.PutUint32(dst, a)
		binary.LittleEndian.PutUint32(dst[n-4:], b)
		return suspects(uint64(a)|uint64(b)<<32)&highs == 0
	case n > 0:
		a, b, c := s[0], s[n/2], s[n-1]
		dst[0], dst[n/2], dst[n-1] = a, b, c
		return plain[a] && plain[b] && plain[c]
	}
	return true
}

func appendEscaped(dst []byte, s string, spare int) []byte {
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
	dst = append(append(dst, s[start:]...), '"')
	return slices.Grow(dst, spare)
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

// half is word for four bytes.
func half(s string, i int) uint32 {
	b := s[i : i+4]
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
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

// AppendWord appends s as a logfmt value, and leaves room for spare bytes behind it: as it is if that is one word, else as a JSON string.
func AppendWord(dst []byte, s string, spare int) []byte {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '=' {
			return Append(dst, s, spare)
		}
	}
	if s == "" {
		return Append(dst, s, spare)
	}
	return append(slices.Grow(dst, len(s)+spare), s...)
}
