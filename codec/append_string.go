package codec

import (
	"math/bits"
	"unicode/utf8"
	"unsafe"
)

const hexDigits = "0123456789abcdef"

// AppendString appends s as a JSON string exactly as encoding/json writes it:
// & < > and U+2028, U+2029 escaped, invalid UTF-8 replaced by \ufffd.
func AppendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	i := plainPrefix(s)
	dst = append(dst, s[:i]...)
	if i < len(s) {
		dst = appendEscaped(dst, s[i:])
	}
	return append(dst, '"')
}

// plainPrefix returns how many leading bytes of s need no escaping.
func plainPrefix(s string) int {
	// Rule: the view is only read, and does not outlive s.
	b := unsafe.Slice(unsafe.StringData(s), len(s))
	i := 0
	for ; i+8 <= len(b); i += 8 {
		if m := needsEscape(load64(b, i)); m != 0 {
			return i + bits.TrailingZeros64(m)/8
		}
	}
	for ; i < len(b); i++ {
		if !plainByte(b[i]) {
			break
		}
	}
	return i
}

func plainByte(c byte) bool {
	return c >= 0x20 && c < utf8.RuneSelf && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&'
}

// appendEscaped appends the contents of s, whose first byte needs attention.
func appendEscaped(dst []byte, s string) []byte {
	for len(s) > 0 {
		if c := s[0]; c < utf8.RuneSelf {
			if !plainByte(c) {
				dst = appendEscape(dst, c)
				s = s[1:]
			}
			n := plainPrefix(s)
			dst = append(dst, s[:n]...)
			s = s[n:]
			continue
		}
		n := textPrefix(s)
		dst = append(dst, s[:n]...)
		s = s[n:]
		if len(s) > 0 && s[0] >= utf8.RuneSelf {
			dst, s = appendBadRune(dst, s)
		}
	}
	return dst
}

// textPrefix returns the length of the leading run of valid non-ASCII runes
// that may be copied.
func textPrefix(s string) int {
	i := 0
	for i < len(s) && s[i] >= utf8.RuneSelf {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 || r == '\u2028' || r == '\u2029' {
			break
		}
		i += n
	}
	return i
}

// appendBadRune handles the rune textPrefix stopped at.
func appendBadRune(dst []byte, s string) ([]byte, string) {
	r, n := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError {
		return append(dst, `\ufffd`...), s[n:]
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
func AppendQuotedString(dst []byte, s string) []byte {
	b := getBuffer()
	defer b.release()
	b.bytes = AppendString(b.bytes, s)
	dst = append(dst, '"')
	for _, c := range b.bytes {
		// The inner text holds no control character: only these two need a backslash.
		if c == '"' || c == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}
