package wire

import (
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// String decodes a JSON string into *p; null leaves it alone. A target that
// already holds the same text keeps it.
func (d *Decoder) String(p *string) {
	switch d.peek() {
	case '"':
		if b, ok := d.text(); ok && *p != string(b) {
			*p = d.keep(b)
		}
	case 'n':
		d.literal("null")
	default:
		d.mismatch("string")
	}
}

// text consumes the string that begins at the cursor and returns its contents,
// either a part of the input or scratch: valid until the next string is read.
func (d *Decoder) text() ([]byte, bool) {
	start := d.pos + 1
	end, ascii := plainText(d.data, start)
	if end < len(d.data) && d.data[end] == '"' {
		if b := d.data[start:end]; ascii || validText(b) {
			d.pos = end + 1
			return b, true
		}
		end = start
	}
	return d.unescape(start, end)
}

// plainText returns the index of the first byte at or after i that is a quote,
// a backslash or a control character, and whether all before it is ASCII.
func plainText(b []byte, i int) (end int, ascii bool) {
	var seen uint64
	for limit := min(i+16, len(b)); i+8 <= limit; i += 8 {
		w := load64(b, i)
		if m := endsString(w); m != 0 {
			n := bits.TrailingZeros64(m) &^ 7
			seen |= w & (1<<n - 1)
			return i + n/8, seen&highs == 0
		}
		seen |= w
	}
	if i+16 <= len(b) { // what is not short is worth a call
		n, high := scanText(&b[i], len(b)-i)
		i += n
		seen |= uint64(b2u(high != 0)) << 7
	}
	for ; i < len(b); i++ {
		c := b[i]
		if c == '"' || c == '\\' || c < 0x20 {
			break
		}
		seen |= uint64(c)
	}
	return i, seen&highs == 0
}

// unescape rewrites a string with escapes or invalid UTF-8 into scratch. The
// bytes from start to i hold no escape; i == start if they may be invalid.
func (d *Decoder) unescape(start, i int) ([]byte, bool) {
	if !validText(d.data[start:i]) {
		i = start
	}
	out := append(d.scratch[:0], d.data[start:i]...)
	for i < len(d.data) {
		c := d.data[i]
		switch {
		case c == '"':
			d.pos = i + 1
			d.scratch = out
			return out, true
		case c == '\\':
			n := 0
			if out, n = d.escape(out, i); n == 0 {
				return nil, false
			}
			i += n
			continue
		case c < 0x20:
			d.syntaxAt(i, "control character in a string", nil)
			return nil, false
		}
		end, ascii := plainText(d.data, i)
		if text := d.data[i:end]; ascii || validText(text) {
			out = append(out, text...)
		} else {
			var ok bool
			if out, ok = d.replace(out, i, end); !ok {
				return nil, false
			}
		}
		i = end
	}
	d.syntaxAt(i, "", nil)
	return nil, false
}

// replace appends the text from i to end with U+FFFD for what is not UTF-8, or
// refuses it. No rune that is cut off at end goes on after it: a quote, a
// backslash or a control character follows, none of which continues a rune.
func (d *Decoder) replace(out []byte, i, end int) ([]byte, bool) {
	for i < end {
		r, n := utf8.DecodeRune(d.data[i:end])
		if r == utf8.RuneError && n == 1 && d.rejectUTF8(i) {
			return out, false
		}
		out = utf8.AppendRune(out, r)
		i += n
	}
	return out, true
}

// validText is utf8.Valid for text of which little is ASCII.
func validText(b []byte) bool {
	for i := 0; i < len(b); {
		c := b[i]
		switch {
		case c < utf8.RuneSelf:
			i++
			if i+8 <= len(b) && load64(b, i)&highs == 0 {
				i += 8
			}
		case threeBytes[c] && i+3 <= len(b) && b[i+1]&0xC0 == 0x80 && b[i+2]&0xC0 == 0x80:
			i += 3
		default:
			r, n := utf8.DecodeRune(b[i:])
			if r == utf8.RuneError && n == 1 {
				return false
			}
			i += n
		}
	}
	return true
}

func (d *Decoder) rejectUTF8(off int) bool {
	if !d.policy.RejectInvalidUTF8 {
		return false
	}
	d.syntaxAt(off, "invalid UTF-8 in a string", ErrInvalidUTF8)
	return true
}

// escape appends what the escape at i stands for and returns its length, 0
// after an error.
func (d *Decoder) escape(out []byte, i int) ([]byte, int) {
	if i+1 >= len(d.data) {
		d.syntaxAt(len(d.data), "", nil)
		return out, 0
	}
	switch c := d.data[i+1]; c {
	case '"', '\\', '/':
		return append(out, c), 2
	case 'b':
		return append(out, '\b'), 2
	case 'f':
		return append(out, '\f'), 2
	case 'n':
		return append(out, '\n'), 2
	case 'r':
		return append(out, '\r'), 2
	case 't':
		return append(out, '\t'), 2
	case 'u':
		return d.unicode(out, i)
	case '\'':
		if d.apostrophe {
			return append(out, c), 2
		}
	}
	d.syntaxAt(i+1, "invalid escape in a string", nil)
	return out, 0
}

// unicode handles \uXXXX at i and, if it begins a surrogate pair, its partner.
func (d *Decoder) unicode(out []byte, i int) ([]byte, int) {
	r, bad := hex4(d.data, i)
	if r < 0 {
		d.syntaxAt(bad, "invalid \\u escape in a string", nil)
		return out, 0
	}
	if !utf16.IsSurrogate(r) {
		return utf8.AppendRune(out, r), 6
	}
	low, _ := hex4(d.data, i+6)
	if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
		return utf8.AppendRune(out, pair), 12
	}
	if d.rejectUTF8(i) {
		return out, 0
	}
	return utf8.AppendRune(out, utf8.RuneError), 6
}

// hex4 reads \uXXXX at i. If it is none it returns -1 and the offending index.
func hex4(b []byte, i int) (r rune, bad int) {
	for j := range 6 {
		if i+j >= len(b) {
			return -1, len(b)
		}
		c := b[i+j]
		switch {
		case j == 0 && c == '\\', j == 1 && c == 'u':
		case j >= 2 && '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case j >= 2 && 'a' <= c|0x20 && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return -1, i + j
		}
	}
	return r, 0
}
